-- Doing a change set, and taking it back: what was asked, how far it went and how each step is taken back stands in
-- the change set's log before and after every step.

local journal = {}

local now_us = ARDOUR.LuaAPI.monotonic_time

local function expect(record, state)
	if record.state ~= state then
		faults.stop("invalid", "change set " .. record.id .. " is " .. record.state .. ", expected " .. state)
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

-- What speaks against beginning where the session is not the one that was meant.
local function other_session(session, arguments)
	local here, meant = session:path():gsub("/+$", ""), arguments.session_folder
	return meant ~= json.null and meant ~= here and { other_session = here } or nil
end

-- what is left of a change set -------------------------------------------------------------------

local function counted_inverse(session)
	local marked = {}
	for _, marker in ipairs(reader.markers(session)) do
		marked[marker.id] = true
	end
	return function (inverse)
		if inverse.kind == "remove_track" then
			return strips.find(session, inverse.route) ~= nil
		end
		return inverse.kind == "remove_marker" and marked[inverse.name .. "@" .. inverse.samples] or false
	end
end

--- Count what a change set made, and how much of it is in the session: tracks, or markers if it made no tracks.
-- `present` counts the leftovers of earlier attempts too.
local function remains_of(session, record)
	local is_there = counted_inverse(session)
	local made = { remove_track = 0, remove_marker = 0 }
	local standing = { remove_track = 0, remove_marker = 0 }
	for _, entry in ipairs(record.entries) do
		for _, inverse in ipairs(entry.inverses) do
			if made[inverse.kind] then
				made[inverse.kind] = made[inverse.kind] + 1
				standing[inverse.kind] = standing[inverse.kind] + (is_there(inverse) and 1 or 0)
			end
		end
	end
	local present = 0
	for _, inverse in ipairs(record.inverses) do
		present = present + (is_there(inverse) and 1 or 0)
	end
	local kind = made.remove_track > 0 and "remove_track" or "remove_marker"
	return { state = record.state, made = made[kind], standing = standing[kind], present = present }
end

function journal.remains(session, arguments)
	return remains_of(session, records.get(session, arguments.id))
end

-- what can be said before anything is done -------------------------------------------------------

-- Complaints by the index of the operation: those of the caller, names that mean nothing here, and what this Ardour
-- cannot do.
local function complaints(session, editor, arguments)
	local found, derived = arguments.complaints, {}
	for _, index in ipairs(arguments.derived) do
		derived[index] = true
	end
	for i, operation in ipairs(arguments.operations) do
		local index = tostring(i - 1)
		found[index] = found[index] or registry.complaint(operation.verb, session, editor, derived[i - 1])
	end
	local context = { session = session, editor = editor, refs = {} }
	for _, named in ipairs(arguments.names) do
		local finder = registry.finders[named.kind] or (named.kind == "route" and strips.named)
		if finder and not found[tostring(named.index)] then
			local is_found, fault = faults.guard(finder, context, named.name)
			if not is_found then
				found[tostring(named.index)] = faults.sentence(fault)
			end
		end
	end
	return found
end

--- Say of each operation whether it could be done here, and at which revision the session is.
function journal.preview(session, editor, arguments)
	return other_session(session, arguments) or { revision = revisions.read(session, editor), complaints = complaints(session, editor, arguments) }
end

-- doing it ---------------------------------------------------------------------------------------

-- What a step is given. `refs` shows what the change set made so far, and keeps apart what this step adds.
local function context_of(record, session, editor, index)
	local context = {
		session = session, editor = editor, change_set = record.id, index = index,
		refs = setmetatable({}, { __index = record.refs }),
	}
	function context.undo_with(inverse)
		records.add(record, { line = "inverse", index = index, inverse = inverse })
	end
	return context
end

local function summary(outcomes, told)
	local joined = { status = "verified", asked = told.asked }
	local read = {}
	for i, outcome in ipairs(outcomes) do
		if outcome.status == "unverified" then
			joined.status, joined.reason = "unverified", outcome.reason
		end
		joined.route_id = joined.route_id or outcome.route_id
		joined.target_id = joined.target_id or outcome.target_id
		read[i] = i <= 3 and outcome.read_back or nil
	end
	read[#read + 1] = #outcomes > 3 and string.format("and %d more", #outcomes - 3) or nil
	joined.read_back = #outcomes == 0 and "nothing to change" or table.concat(read, "; ")
	return joined
end

local function run_one(context, operation)
	local outcome = registry.operation(operation.verb)(context, operation)
	outcome.status = outcome.status or "verified"
	return outcome
end

-- Run the operations that an operation was computed into; together they have one outcome.
local function run_parts(context, parts)
	if parts.refusal then
		faults.stop("invalid", parts.refusal)
	end
	local outcomes = {}
	for i, operation in ipairs(parts.operations) do
		outcomes[i] = run_one(context, operation)
	end
	return summary(outcomes, parts)
end

-- Write down what became of a step; returns "done" or "failed", or "asking" and the routes that the editor asks about.
local function close_step(record, context, is_done, outcome)
	if is_done and outcome.is_asking then
		return "asking", outcome.routes
	end
	if not is_done then
		outcome = { status = "failed", reason = faults.sentence(outcome), fault = outcome }
	end
	outcome.status = outcome.status or "verified"
	local state = is_done and "done" or "failed"
	records.add(record, { line = "outcome", index = context.index, state = state, outcome = outcome, refs = context.refs })
	return state
end

-- Do the next operation and write down what it did; returns "busy" or what `close_step` does.
local function step(record, session, editor, parts)
	local index = #record.entries
	records.add(record, { line = "start", index = index })
	local context = context_of(record, session, editor, index)
	local run = parts and run_parts or run_one
	local is_done, outcome = faults.guard(run, context, parts or record.operations[index + 1])
	if not is_done and outcome.kind == "busy" and #record.entries[index + 1].inverses == 0 then
		records.add(record, { line = "busy", index = index })
		return "busy"
	end
	return close_step(record, context, is_done, outcome)
end

-- What was made anew takes the place of what the attempt before this one had made.
local function note_aliases(session, record)
	local replaced = {}
	local function replace(old, new)
		if type(old) == "string" and type(new) == "string" and old ~= new then
			replaced[old] = new
		end
	end
	for ref, id in pairs(record.refs) do
		replace(record.earlier.refs[ref], id)
	end
	for i, entry in ipairs(record.entries) do
		local earlier = record.earlier.entries[i]
		if earlier and earlier.outcome and entry.outcome then
			replace(earlier.outcome.route_id, entry.outcome.route_id)
			replace(earlier.outcome.target_id, entry.outcome.target_id)
			for place, id in ipairs(entry.outcome.made or {}) do
				replace((earlier.outcome.made or {})[place], id)
			end
		end
	end
	aliases.add(session, replaced)
end

local function restore_selection(session, editor, record)
	local routes = {}
	for _, id in ipairs(record.selected_routes) do
		routes[#routes + 1] = strips.find(session, id)
	end
	selection.set({ session = session, editor = editor }, routes)
end

-- Close the log with how it ended and what the session is then.
local function finish(record, session, editor, state)
	if editor and state ~= "applied" then
		restore_selection(session, editor, record)
	elseif state == "applied" then
		note_aliases(session, record)
	end
	local revision, text = revisions.read(session, editor)
	pcall(revisions.keep, session, revision, text) -- all is done; a full disk only means that it cannot be compared
	records.add(record, { line = "finish", state = state, revision = revision })
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
			finish(record, session, editor, "applied")
		elseif record.is_derived[index] and not parts then
			last = "derive"
		elseif must_ask(record, session, how) then
			last = "must_ask"
		elseif not must_do_one and now_us() >= until_us then
			last = "time"
		else
			last, routes = step(record, session, editor, parts)
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
	local found = remains_of(session, record)
	local is_gone = record.state == "failed" and (found.present == 0 or arguments.is_anew)
	return not (is_gone or record.state == "reverted" and arguments.is_anew) and found or nil
end

--- Begin a change set, unless something speaks against it, and do as much of it as the time allows.
function journal.apply(session, editor, arguments)
	local until_us = now_us() + arguments.budget_seconds * 1e6
	local elsewhere = other_session(session, arguments)
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
	local against = complaints(session, editor, arguments)
	if next(against) then
		return { complaints = against, revision = revision }
	end
	revisions.keep(session, revision, text)
	local record = begin(session, editor, arguments, revision)
	use_fresh_files(record.operations, arguments.fresh_files)
	return advance(record, session, editor, until_us, {})
end

--- Go on with a change set that has begun; `parts` are what its next operation was computed into.
function journal.go_on(session, editor, arguments)
	local record = records.get(session, arguments.id)
	expect(record, "begun")
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
function journal.settle(session, editor, arguments)
	local record = records.get(session, arguments.id)
	expect(record, "begun")
	record.folder = session:path()
	local index = #record.entries - 1
	local context, operation = context_of(record, session, editor, index), record.operations[index + 1]
	return progress(record, close_step(record, context, faults.guard(
		registry.settle[operation.verb], context, operation, record.entries[index + 1].inverses
	)))
end

-- taking it back ---------------------------------------------------------------------------------

-- A track that Ardour had made when it died, before the log said so: unknown, and named as the step asked.
local function adopt_orphans(session, record)
	local known = {}
	for _, id in ipairs(record.known_routes) do
		known[id] = true
	end
	for _, id in pairs(record.refs) do
		known[id] = true
	end
	local entry = record.entries[#record.entries]
	local operation = entry and record.operations[entry.index + 1]
	if not entry or entry.state ~= "started" or #entry.inverses > 0 or not tracks.operations[operation.verb] then
		return
	end
	for _, route in ipairs(strips.all(session)) do
		local id, name = ids.of(route), operation.name
		if type(name) == "string" and not known[id] and route:name():sub(1, #name) == name then
			records.add(record, {
				line = "inverse", index = entry.index, inverse = { kind = "remove_track", route = id, key = "route:" .. id },
			})
		end
	end
end

-- Who changed what an inverse finds changed: a later change set, as the caller knows them by key, or the person.
local function told(note, inverse, later)
	local by = inverse.key and (later[inverse.key] and "by the later change set " .. later[inverse.key] or "by hand")
	return note and by and note .. " (" .. by .. ")" or note
end

local function take_back_one(context, record, inverse, later)
	local undo = registry.inverses[inverse.kind]
	if not undo then
		records.settle(record, inverse, "this bridge does not know how to take back " .. tostring(inverse.kind))
		return
	end
	local is_done, note = faults.guard(undo, context, inverse)
	if not is_done and note.kind == "busy" then
		return "busy"
	end
	if is_done then
		note = told(note, inverse, later)
	else
		note = faults.sentence(note)
	end
	records.settle(record, inverse, note)
end

local function check_blockers(context, record, later)
	local found = {}
	for i = #record.inverses, 1, -1 do
		local inverse = record.inverses[i]
		local blocker = not inverse.is_undone and registry.blockers[inverse.kind]
		local sentence = blocker and blocker(context, inverse)
		found[#found + 1] = sentence and told(sentence, inverse, later) or nil
	end
	if #found > 0 then
		faults.stop("invalid", "change set " .. record.id .. " cannot be taken back: " .. table.concat(found, "; ")
			.. "; nothing was done")
	end
end

local function standing_tracks(record)
	local list = {}
	for _, inverse in ipairs(record.inverses) do
		if inverse.kind == "remove_track" and not inverse.is_undone then
			list[#list + 1] = inverse
		end
	end
	return list
end

-- Remove the tracks that still stand, all in one go; returns the ids of those that the editor now asks about.
local function take_back_tracks(context, record, standing)
	local is_asking = tracks.remove(context, record.inverses, standing)
	local left = json.array()
	for _, inverse in ipairs(standing) do
		if inverse.is_undone then
			records.settle(record, inverse, inverse.note)
		else
			left[#left + 1] = inverse.route
		end
	end
	return is_asking, left
end

local function start_taking_back(context, record, arguments)
	if record.state == "reverting" then
		return
	end
	if arguments.state == "reverted" then
		check_blockers(context, record, arguments.later)
	end
	adopt_orphans(context.session, record)
	records.add(record, { line = "reverting" })
end

--- Take back what stands, last first, as far as the time allows, and close the log.
-- Tracks go together at the end. Where the editor must ask the person about them, that is done only with `may_ask`.
function journal.take_back(session, editor, arguments)
	local until_us = now_us() + arguments.budget_seconds * 1e6
	local record = records.get(session, arguments.id)
	local context = { session = session, editor = editor, change_set = record.id, refs = record.refs }
	start_taking_back(context, record, arguments)
	for i = #record.inverses, 1, -1 do
		local inverse = record.inverses[i]
		if not inverse.is_undone and inverse.kind ~= "remove_track" then
			local is_busy = take_back_one(context, record, inverse, arguments.later) == "busy"
			if is_busy or now_us() >= until_us then
				return { remaining = true, is_asking = false, is_busy = is_busy }
			end
		end
	end
	local standing = standing_tracks(record)
	if #standing > 0 and not session.remove_route and not arguments.may_ask then
		return { remaining = true, is_asking = false, must_ask = true }
	end
	if #standing > 0 then
		local is_asking, left = take_back_tracks(context, record, standing)
		if is_asking then
			return { remaining = true, is_asking = true, routes = left }
		end
	end
	finish(record, session, editor, arguments.state)
	return { remaining = false, is_asking = false }
end

--- Open a closed record again, because the session was loaded from a file in which its work still stands.
function journal.reopen(session, _, arguments)
	records.add(records.get(session, arguments.id), { line = "reopen" })
	return {}
end

return journal
