-- Doing a change set: what was asked, how far it went and how each step is taken back stands in its log before and after
-- every step. A request does as many steps as the time allows.

local applying = {}

local now_us = ARDOUR.LuaAPI.monotonic_time

local function expect_begun(record)
	if record.state ~= "begun" then
		faults.stop("invalid", "change set " .. record.id .. " is " .. record.state .. ", expected begun")
	end
end

local function require_folders(session)
	for _, name in ipairs({ "changes", "revisions" }) do
		local folder = session:path() .. "/sideman/" .. name
		if not os.rename(folder, folder) then
			faults.stop("no_folder", "there is no folder " .. folder, { session = session:path() })
		end
	end
end

local function progress(record, last, routes)
	return {
		folder = record.folder, state = record.state, n_done = #record.entries, last = last, refs = record.refs,
		routes = routes,
	}
end

-- Whether the editor will ask the person before it does the next operation, which is done only with `may_ask`.
local function must_ask(record, session, how)
	local asks = registry.asks[record.operations[#record.entries + 1].verb]
	return not how.may_ask and asks and asks(session)
end

-- Do operations until all are done, one fails, is busy or must be computed outside, or the time is used up.
local function advance(record, session, editor, until_us, how)
	local last, parts, must_do_one, routes = "done", how.parts, how.must_do_one, nil
	record.folder = session:path()
	while last == "done" and record.state == "begun" do
		local index = #record.entries
		if index == #record.operations then
			finishing.close(record, session, editor, "applied")
		elseif record.is_derived[index] and not parts then
			last = "derive"
		elseif waiting.is_dropping() then
			last = "busy"
		elseif must_ask(record, session, how) then
			last = "must_ask"
		elseif not must_do_one and now_us() >= until_us then
			last = "time"
		else
			last, routes = steps.run(record, session, editor, parts)
			parts, must_do_one = nil, false
		end
	end
	return progress(record, last, routes)
end

local function begin(session, editor, arguments, revision)
	local known = json.array()
	for i, route in ipairs(strips.all(session)) do
		known[i] = ids.of(route)
	end
	return records.begin(session, {
		id = arguments.id, label = arguments.label, begun_unix = arguments.begun_unix, operations = arguments.operations,
		derived = arguments.derived, known_routes = known, selected_routes = reader.selected_routes(session),
		revision_before = revision,
	}, arguments.operations_text)
end

-- Where Ardour reads an input file under another path than the log names.
local function use_fresh_files(operations, fresh_files)
	for _, fresh in ipairs(fresh_files) do
		operations[fresh.index + 1][fresh.field] = fresh.path
	end
end

-- Whether a change set may begin that has a record already; else what is left of it, for the caller to decide.
local function earlier(session, arguments)
	local record = records.find(session, arguments.id)
	if not record then
		return nil
	end
	local found = remains.of(session, record)
	local is_gone = record.state == "failed" and (found.present == 0 or arguments.is_anew)
	return not (is_gone or record.state == "reverted" and arguments.is_anew) and found or nil
end

--- Begin a change set, unless something speaks against it, and do as much of it as the time allows.
function applying.apply(session, editor, arguments)
	local until_us = now_us() + arguments.budget_seconds * 1e6
	local elsewhere = preview.other_session(session, arguments)
	if elsewhere then
		return elsewhere
	end
	require_folders(session)
	local found = earlier(session, arguments)
	if found then
		return { earlier = found, folder = session:path() }
	end
	local revision, text = revisions.read(session, editor)
	if arguments.expected_revision ~= json.null and arguments.expected_revision ~= revision then
		return { moved_to = revision }
	end
	local against = preview.complaints(session, editor, arguments)
	if next(against) then
		return { complaints = against, revision = revision }
	end
	revisions.keep(session, revision, text)
	local record = begin(session, editor, arguments, revision)
	use_fresh_files(record.operations, arguments.fresh_files)
	return advance(record, session, editor, until_us, {})
end

--- Go on with a change set that has begun; `parts` are what its next operation was computed into.
function applying.go_on(session, editor, arguments)
	local record = records.get(session, arguments.id)
	expect_begun(record)
	if arguments.index ~= #record.entries then
		faults.stop("invalid", string.format("operation %d is not the next one", arguments.index))
	end
	use_fresh_files(record.operations, arguments.fresh_files)
	local until_us = now_us() + arguments.budget_seconds * 1e6
	return advance(record, session, editor, until_us, {
		parts = arguments.parts, may_ask = arguments.may_ask, must_do_one = true,
	})
end

--- Look what became of the operation about which the editor asked the person.
function applying.settle(session, editor, arguments)
	local record = records.get(session, arguments.id)
	expect_begun(record)
	record.folder = session:path()
	return progress(record, steps.settle(record, session, editor))
end

return applying
