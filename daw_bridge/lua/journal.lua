-- The journal of a change set: one file in the session's folder that says what was asked, how far it went, and how
-- each step is taken back. It is written before and after every step, so that it is true whoever dies in between.

local journal = {}

local operations, inverses = {}, {}
for _, verbs in ipairs({ tempo, markers, tracks, material, mixer, selecting }) do
	for name, run in pairs(verbs.operations) do
		operations[name] = run
	end
	for name, run in pairs(verbs.inverses) do
		inverses[name] = run
	end
end

--- The names of the operations that this bridge can do.
function journal.operation_names()
	local names = json.array()
	for name in pairs(operations) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

local function path(session, id)
	if type(id) ~= "string" or not id:match("^[%w_][%w_%-%.]*$") or #id > 120 then
		faults.stop("invalid", "a change set id has letters, digits, '-', '_' and '.', got " .. tostring(id))
	end
	return session:path() .. "/sideman/changes/" .. id .. ".json"
end

local function write(session, record)
	files.replace(path(session, record.id), json.encode(record))
end

local function load_record(session, id)
	local text = files.read(path(session, id))
	if not text then
		faults.stop("not_found", "no change set " .. id, { target = "change set", name = id, nearest = json.null })
	end
	return json.decode(text)
end

local function expect(record, state)
	if record.state ~= state then
		faults.stop("invalid", "change set " .. record.id .. " is " .. record.state .. ", expected " .. state)
	end
end

-- Every inverse that a record knows, those of earlier attempts included, oldest first. The session may be loaded from
-- a file that was saved in the middle of any of them.
local function all_inverses(record)
	local list = json.array()
	for _, inverse in ipairs(record.attempts) do
		list[#list + 1] = inverse
	end
	for _, entry in ipairs(record.entries) do
		for _, inverse in ipairs(entry.inverses) do
			list[#list + 1] = inverse
		end
	end
	return list
end

--- Open the journal. A record of the same id is replaced only once it is closed, and what it made stays known.
function journal.begin(session, arguments)
	local text = files.read(path(session, arguments.id))
	local earlier = text and json.decode(text)
	if earlier then
		expect(earlier, "failed")
	end
	local known = json.array()
	for i, route in ipairs(strips.all(session)) do
		known[i] = ids.of(route)
	end
	write(session, {
		version = 1, id = arguments.id, label = arguments.label, state = "begun", begun_unix = os.time(),
		operations = arguments.operations, entries = json.array(), refs = {}, revision = json.null,
		attempts = earlier and all_inverses(earlier) or json.array(),
		known_routes = known, selected_routes = reader.selected_routes(session),
	})
	return {}
end

--- Do one operation, and write down what it did.
function journal.step(session, editor, arguments)
	local record = load_record(session, arguments.id)
	expect(record, "begun")
	local index = arguments.index
	local operation = record.operations[index + 1]
	if index ~= #record.entries or not operation then
		faults.stop("invalid", string.format("operation %d is not the next one", index))
	end
	local run = operations[operation.verb] or faults.stop("invalid", "no operation " .. tostring(operation.verb))
	local entry = { index = index, state = "started", inverses = json.array() }
	record.entries[index + 1] = entry
	write(session, record)
	local context = { session = session, editor = editor, change_set = record.id, index = index, refs = record.refs }
	function context.undo_with(inverse)
		entry.inverses[#entry.inverses + 1] = inverse
	end
	local is_done, outcome = faults.guard(run, context, operation)
	if not is_done and outcome.kind == "busy" and #entry.inverses == 0 then
		record.entries[index + 1] = nil -- nothing happened, so the step can be tried again
		write(session, record)
		error(outcome, 0)
	end
	if is_done then
		outcome.status = outcome.status or "verified"
	else
		outcome = { status = "failed", reason = outcome.message, fault = outcome }
	end
	entry.state, entry.outcome = is_done and "done" or "failed", outcome
	write(session, record)
	return outcome
end

-- A track that Ardour had made when it died, before the journal said so: unknown, and named as the step asked.
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
		if not known[ids.of(route)] and route:name():sub(1, #operation.name) == operation.name then
			entry.inverses[1] = { kind = "remove_track", route = ids.of(route) }
		end
	end
end

-- Take back a list of changes, last first, except for tracks, which go together at the end.
local function take_back_list(context, list)
	local has_changed = false
	for i = #list, 1, -1 do
		local inverse = list[i]
		if not inverse.is_undone and inverse.kind ~= "remove_track" then
			local is_done, note = faults.guard(inverses[inverse.kind], context, inverse)
			inverse.is_undone = true
			inverse.note = is_done and note or not is_done and note.message or nil
			has_changed = true
		end
	end
	return has_changed
end

local function standing_tracks(record)
	local list = {}
	for _, inverse in ipairs(all_inverses(record)) do
		if inverse.kind == "remove_track" and not inverse.is_undone then
			list[#list + 1] = inverse
		end
	end
	return list
end

--- Take back the last thing that still stands; says whether there is more.
function journal.take_back(session, editor, arguments)
	local record = load_record(session, arguments.id)
	local context = { session = session, editor = editor, change_set = record.id, refs = record.refs }
	if record.state ~= "reverting" then
		adopt_orphans(session, record)
		record.state = "reverting"
		write(session, record)
	end
	for i = #record.entries, 1, -1 do
		if take_back_list(context, record.entries[i].inverses) then
			write(session, record)
			return { remaining = true, is_asking = false }
		end
	end
	take_back_list(context, record.attempts)
	local standing = standing_tracks(record)
	local is_asking = tracks.remove(context, all_inverses(record), standing)
	write(session, record)
	local routes = json.array()
	for _, inverse in ipairs(standing) do
		routes[#routes + 1] = not inverse.is_undone and inverse.route or nil
	end
	return { remaining = is_asking, is_asking = is_asking, routes = routes }
end

local function restore_selection(session, editor, record)
	local routes = {}
	for _, id in ipairs(record.selected_routes) do
		routes[#routes + 1] = strips.find(session, id)
	end
	selection.set({ session = session, editor = editor }, routes)
end

--- Close the journal with how it ended.
function journal.finish(session, editor, arguments)
	local record = load_record(session, arguments.id)
	record.state, record.revision = arguments.state, arguments.revision
	if editor and arguments.state ~= "applied" then
		restore_selection(session, editor, record)
	end
	write(session, record)
	return {}
end

--- Count what a change set made, and how much of it is in the session: tracks, or markers if it made no tracks.
-- `present` counts the leftovers of earlier attempts too.
function journal.remains(session, arguments)
	local record = load_record(session, arguments.id)
	local marked = {}
	for _, marker in ipairs(reader.markers(session)) do
		marked[marker.id] = true
	end
	local function is_there(inverse)
		if inverse.kind == "remove_track" then
			return strips.find(session, inverse.route) ~= nil
		end
		return inverse.kind == "remove_marker" and marked[inverse.name .. "@" .. inverse.samples] or false
	end
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
	for _, inverse in ipairs(all_inverses(record)) do
		present = present + (is_there(inverse) and 1 or 0)
	end
	local kind = made.remove_track > 0 and "remove_track" or "remove_marker"
	return { made = made[kind], standing = standing[kind], present = present }
end

--- Open a closed record again, because the session was loaded from a file in which its work still stands.
function journal.reopen(session, arguments)
	local record = load_record(session, arguments.id)
	for _, inverse in ipairs(all_inverses(record)) do
		inverse.is_undone, inverse.note = nil, nil
	end
	record.state = "reverting"
	write(session, record)
	return {}
end

return journal
