-- The log of a change set: a file in the session's folder to which a line is added, whole, for everything that is
-- asked, about to be changed, done or taken back, so that it is true whoever dies in between. Each line is one JSON
-- object whose `line` names its kind; a last line that is not whole was never acted upon, and is dropped.
-- What a record holds in memory is what reading its lines in order gives; Python reads them in the same way.

local records = {}

local version = 2
local latest -- the record that was used last, good as long as its file has not changed

local function path(session, id)
	if type(id) ~= "string" or not id:match("^[%w_][%w_%-%.]*$") or #id > 120 then
		faults.stop("invalid", "a change set id has letters, digits, '-', '_' and '.', got " .. tostring(id))
	end
	return session:path() .. "/sideman/changes/" .. id .. ".jsonl"
end

-- what each kind of line means -------------------------------------------------------------------

local meaning = {}

-- A new attempt. The session may be loaded from a file that was saved in the middle of an earlier one, so what those
-- did stays known.
function meaning.begin(record, line)
	for _, entry in ipairs(record.entries) do
		for _, inverse in ipairs(entry.inverses) do
			record.attempts[#record.attempts + 1] = inverse
		end
	end
	for i, entry in ipairs(record.entries) do
		record.made_before[i] = entry.made or record.made_before[i]
	end
	record.label, record.operations, record.begun_unix = line.label, line.operations, line.begun_unix
	record.known_routes, record.selected_routes = line.known_routes, line.selected_routes
	record.revision_before, record.revision = line.revision_before, nil
	record.is_derived = {}
	for _, index in ipairs(line.derived) do
		record.is_derived[index] = true
	end
	record.entries, record.refs, record.state = json.array(), {}, "begun"
end

function meaning.start(record, line)
	record.entries[line.index + 1] = { index = line.index, state = "started", inverses = json.array() }
end

-- Nothing happened in the step that was started, and it will be tried again.
function meaning.busy(record, line)
	record.entries[line.index + 1] = nil
end

function meaning.inverse(record, line)
	local inverses = record.entries[line.index + 1].inverses
	inverses[#inverses + 1] = line.inverse
	record.inverses[#record.inverses + 1] = line.inverse
	record.number_of[line.inverse] = #record.inverses
end

-- What a step made may go on under other ids than those under which the step went.
function meaning.outcome(record, line)
	local entry = record.entries[line.index + 1]
	entry.state, entry.outcome, entry.made = line.state, line.outcome, line.made
	for _, inverse in ipairs(line.renamed and entry.inverses or {}) do
		local own_route = inverse.route
		for name, value in pairs(inverse) do
			inverse[name] = records.renamed(value, line.renamed)
		end
		inverse.own_route = own_route -- which tells it from what an earlier attempt had made
		inverse.key = inverse.key:gsub("%d+", line.renamed)
	end
	for ref, id in pairs(line.refs) do
		record.refs[ref] = id
	end
end

function meaning.reverting(record)
	record.state = "reverting"
end

function meaning.undone(record, line)
	local inverse = record.inverses[line.number]
	inverse.is_undone, inverse.note = true, line.note
end

-- The session was loaded from a file in which what had been taken back still stands.
function meaning.reopen(record)
	for _, inverse in ipairs(record.inverses) do
		inverse.is_undone, inverse.note = nil, nil
	end
	record.state = "reverting"
end

function meaning.finish(record, line)
	record.state, record.revision = line.state, line.revision
end

--- Plain data with other ids in place of some.
function records.renamed(value, renamed)
	if type(value) == "string" then
		return renamed[value] or value
	elseif type(value) ~= "table" or value == json.null or not next(renamed) then
		return value
	end
	local copy = json.is_array(value) and json.array() or {}
	for name, item in pairs(value) do
		copy[name] = records.renamed(item, renamed)
	end
	return copy
end

-- reading and writing ----------------------------------------------------------------------------

local function empty(id, here)
	return {
		id = id, path = here, size = 0, entries = json.array(), refs = {}, made_before = {}, attempts = json.array(),
		inverses = {}, number_of = {},
	}
end

-- The lines of a log; one that was not written to its end is cut off.
local function whole_text(here, text)
	local whole = text:match("^(.*\n)") or ""
	if #whole < #text then
		files.replace(here, whole)
	end
	return whole
end

local function size_of(here)
	local file = io.open(here, "rb")
	if not file then
		return 0
	end
	local size = file:seek("end")
	file:close()
	return size
end

--- Read the record of a change set; nil where there is none.
function records.find(session, id)
	local here = path(session, id)
	if latest and latest.path == here and latest.size > 0 and latest.size == size_of(here) then
		return latest
	end
	local text = files.read(here)
	local whole = text and whole_text(here, text) or ""
	if whole == "" then
		return nil
	end
	local record = empty(id, here)
	for piece in whole:gmatch("[^\n]+") do
		local line = json.decode(piece)
		if line.line == "begin" and line.version ~= version then
			faults.stop("invalid", here .. " was written by another version of Sideman; move it away")
		end
		meaning[line.line](record, line)
	end
	record.size, latest = #whole, record
	return record
end

--- Read the record of a change set; stops where there is none.
function records.get(session, id)
	return records.find(session, id)
		or faults.stop("not_found", "no change set " .. id, { target = "change set", name = id, nearest = json.null })
end

--- Add a line, first to the file and then to what is in memory; raises when it cannot be written.
function records.add(record, line, text)
	local file, reason = io.open(record.path, "ab")
	local is_written = file and file:write(text or json.encode(line), "\n")
	local size = is_written and file:seek("end")
	local is_closed = file and file:close()
	if not (is_written and size and is_closed) then
		record.size = 0 -- whatever is in the file now must be read anew
		faults.stop("failed", "cannot write " .. record.path .. ": " .. tostring(reason or "is the disk full?"))
	end
	record.size = size
	meaning[line.line](record, line)
end

--- Begin an attempt. `operations_text` is the operations as they came, which saves writing them out again.
function records.begin(session, line, operations_text)
	local here = path(session, line.id)
	local record = records.find(session, line.id) or empty(line.id, here)
	local operations = line.operations
	line.line, line.version, line.operations = "begin", version, json.text(operations_text)
	local text = json.encode(line)
	line.operations = operations
	records.add(record, line, text)
	latest = record
	return record
end

--- Say that a change is settled: taken back, or left for the reason that `note` gives.
function records.settle(record, inverse, note)
	records.add(record, { line = "undone", number = record.number_of[inverse], note = note })
end

return records
