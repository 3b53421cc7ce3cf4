-- The notes of a MIDI region as rows of text, "start length pitch velocity channel", times in Ardour's ticks and
-- channels from 1, and changing them. Inside, a row counts from the start of the source; outside, from the region's.

local note_rows = {}

note_rows.ticks_per_quarter = 1920
local ticks_per_quarter = note_rows.ticks_per_quarter
local longest_beats = 100000 -- as long as a region can be made
local most_known = 20000 -- texts of times whose ticks are remembered
local most_searched = 500 -- notes that go while the region is on its track

-- What was read during this request, by source; nobody else changes notes while a request runs.
local kept

--- A new request begins: what was read before may be old. Until this is called for the first time nothing is kept.
function note_rows.forget()
	kept = {}
end

-- From Ardour 8 on beats tell their ticks; before, only a text "quarters:ticks".
local ticks_of
if pcall(function () return Temporal.Beats(0, 0):to_ticks() end) then
	ticks_of = Temporal.Beats(0, 0).to_ticks
else
	local str, match, whole = Temporal.Beats(0, 0).str, string.match, math.tointeger
	local known, n_known = {}, 0 -- music keeps to a grid: the same times come again and again
	function ticks_of(beats)
		local text = str(beats)
		local total = known[text]
		if not total then
			if n_known >= most_known then
				known, n_known = {}, 0
			end
			local quarters, ticks = match(text, "^(-?%d+):(%d+)$")
			total = whole(quarters) * ticks_per_quarter + whole(ticks)
			known[text], n_known = total, n_known + 1
		end
		return total
	end
end

note_rows.ticks_of = ticks_of

-- looked up once: a region has up to many thousand notes
local a_note = ARDOUR.LuaAPI.new_noteptr(0, Temporal.Beats(0, 0), Temporal.Beats(0, 1), 60, 1)
local note_time, note_length, note_pitch = a_note.time, a_note.length, a_note.note
local note_velocity, note_channel = a_note.velocity, a_note.channel
local new_note, beats_of_ticks = ARDOUR.LuaAPI.new_noteptr, Temporal.Beats.ticks
local match, whole, floor = string.match, math.tointeger, math.floor

-- A table that computes what it does not hold yet.
local function memo(compute)
	return setmetatable({}, { __index = function (known, text)
		local value = compute(text)
		known[text] = value
		return value
	end })
end

--- The notes of a region, or nil where it is none of MIDI or its notes were never loaded.
function note_rows.model_of(region)
	local midi_region = region:to_midiregion()
	local model = not midi_region:isnil() and midi_region:model()
	return model and not model:isnil() and model or nil
end

-- Notes that begin together are told in one order, whoever added them when.
local function settle(rows, first, last)
	for i = first + 1, last do
		local row, j = rows[i], i - 1
		while j >= first and rows[j] > row do
			rows[j + 1], j = rows[j], j - 1
		end
		rows[j + 1] = row
	end
end

-- All notes of a model: `rows` in order, the `times` of those, and as Ardour lists them `list` and `raw`.
local function read_model(model)
	local rows, times, raw, n = {}, {}, {}, 0
	local first, last_time = 1, nil
	local row_ends = {} -- what follows the time in a row, by its four numbers in one: often the same
	-- the loop does not keep the list alive by itself
	local list = ARDOUR.LuaAPI.note_list(model)
	for note in list:iter() do
		local time, length = ticks_of(note_time(note)), ticks_of(note_length(note))
		if time ~= last_time then
			settle(rows, first, n)
			first, last_time = n + 1, time
		end
		local key = length << 20 | note_pitch(note) << 12 | note_velocity(note) << 4 | note_channel(note)
		local row_end = row_ends[key]
		if not row_end then
			row_end = string.format(" %d %d %d %d", length, note_pitch(note), note_velocity(note), note_channel(note) + 1)
			row_ends[key] = row_end
		end
		n = n + 1
		local row = time .. row_end
		rows[n], raw[n], times[n] = row, row, time
	end
	settle(rows, first, n)
	return { rows = rows, times = times, raw = raw, list = list }
end

local function read_region(region, is_fresh)
	local model = note_rows.model_of(region)
	if not model then
		return { rows = {}, times = {}, raw = {} }
	end
	local source = kept and ids.of(region:source(0))
	local found = not is_fresh and kept and kept[source] or read_model(model)
	if kept then
		kept[source] = found
	end
	return found
end

-- The first and last places among `times` that lie in a region: its own notes are those that begin inside it.
local function bounds(region, times)
	local from = region:start():ticks()
	local to = from + region:length():ticks()
	local first, last = 1, #times
	while first <= last and times[first] < from do
		first = first + 1
	end
	while last >= first and times[last] >= to do
		last = last - 1
	end
	return first, last, from
end

--- The notes of a region as one text, rows apart by ";".
function note_rows.text(region)
	local found = read_region(region)
	local first, last, from = bounds(region, found.times)
	if from == 0 then
		return table.concat(found.rows, ";", first, last)
	end
	local shifted = {}
	for i = first, last do
		shifted[#shifted + 1] = found.times[i] - from .. found.rows[i]:match(" .*")
	end
	return table.concat(shifted, ";")
end

--- How many notes a region has.
function note_rows.count(region)
	local first, last = bounds(region, read_region(region).times)
	return last - first + 1
end

--- The notes of a region as a list of { row =, start =, length =, pitch =, velocity =, channel = }, `start` counted
-- from the region's start and `row` from the source's.
function note_rows.list(region)
	local found, list = read_region(region), {}
	local first, last, from = bounds(region, found.times)
	for i = first, last do
		local length, pitch, velocity, channel = found.rows[i]:match(" (%d+) (%d+) (%d+) (%d+)$")
		list[#list + 1] = {
			row = found.rows[i], start = found.times[i] - from, length = math.tointeger(length),
			pitch = math.tointeger(pitch), velocity = math.tointeger(velocity), channel = math.tointeger(channel),
		}
	end
	return list
end

-- changing ---------------------------------------------------------------------------------------

local function counted(rows)
	local counts = {}
	for _, row in ipairs(rows) do
		counts[row] = (counts[row] or 0) + 1
	end
	return counts
end

local function remove(context, model, before, rows)
	local counts, command, i = counted(rows), model:new_note_diff_command("remove notes"), 0
	local list = before.list
	for note in list:iter() do
		i = i + 1
		local row = before.raw[i]
		local left = counts[row]
		if left and left > 0 then
			counts[row] = left - 1
			command:remove(note)
		end
	end
	history.without_entry(context.session, "remove notes", function ()
		model:apply_diff_command_as_commit(context.session, command)
	end)
end

local function add(context, model, rows)
	local command = model:new_note_diff_command("add notes")
	local insert = command.add
	local sounds = memo(function (row_end) -- what follows the time in a row is often the same
		local length, pitch, velocity, channel = match(row_end, "^(%d+) (%d+) (%d+) (%d+)$")
		return { beats_of_ticks(whole(length)), whole(pitch), whole(velocity), whole(channel) - 1 }
	end)
	for _, row in ipairs(rows) do
		local time, row_end = match(row, "^(%d+) (.*)$")
		local sound = sounds[row_end]
		insert(command, new_note(sound[4], beats_of_ticks(whole(time)), sound[1], sound[2], sound[3]))
	end
	history.without_entry(context.session, "add notes", function ()
		model:apply_diff_command_as_commit(context.session, command)
	end)
end

-- Whether the notes are those of before without `removed` and with `added`.
local function is_as_asked(before, after, removed, added)
	if #after ~= #before - #removed + #added then
		return false
	end
	local counts = counted(before)
	for _, row in ipairs(removed) do
		counts[row] = counts[row] - 1
	end
	for _, row in ipairs(added) do
		counts[row] = (counts[row] or 0) + 1
	end
	for _, row in ipairs(after) do
		local left = counts[row]
		if not left or left == 0 then
			return false
		end
		counts[row] = left - 1
	end
	return true
end

local most_told = 800 -- Ardour's queue takes 2048, and from a full one events are lost until none is left: a fatal error

--- A function to call for each of many changes of a region, each of which tells its playlist `n_each` times. It waits
-- until the audio thread has taken what was told, before that becomes too much.
function note_rows.pace(context, region, n_changes, n_each)
	local session = context.session
	local n_told, each = 0, n_each * region_state.n_listeners(region)
	if n_changes * each > most_told and not session:engine():running() then
		faults.stop("failed", "so many changes need Ardour's audio engine; start it in Window > Audio/MIDI Setup")
	end
	local cycles_us = math.ceil(2e6 * session:get_block_size() / session:nominal_sample_rate()) + 5000
	return function ()
		n_told = n_told + each
		if n_told >= most_told then
			ARDOUR.LuaAPI.usleep(cycles_us)
			n_told = 0
		end
	end
end

--- Run a change of what a region holds. Unless it is to be drawn as it goes on, the region is off its track meanwhile:
-- the editor draws all of a region for each point that changes, and searches each note that goes among all others.
function note_rows.change(context, region, is_drawn, change)
	if is_drawn or region:playlist():isnil() then
		change()
		return
	end
	region_state.change_aside(context.session, region, change)
end

--- Take some notes of a region away, which must be there, and add others; returns how many its source then holds.
function note_rows.swap(context, region, removed, added)
	local model, before = note_rows.model_of(region), read_region(region)
	note_rows.change(context, region, #removed <= most_searched, function ()
		if #removed > 0 then
			remove(context, model, before, removed) -- by itself: Ardour would add first, and search each in a list
		end
		if #added > 0 then
			add(context, model, added)
		end
	end)
	local after = read_region(region, true)
	if not is_as_asked(before.rows, after.rows, removed, added) then
		faults.stop("failed", string.format("Ardour holds %d notes after %d were taken away and %d added to %d; it may be set "
			.. "to shorten or replace notes that overlap", #after.rows, #removed, #added, #before.rows))
	end
	return #after.rows
end

-- Of the notes that a change added, those that are still there, and of those that it took away, the ones to put back:
-- where each replaced another, only those whose replacement is still there.
local function standing(region, inverse)
	local counts = counted(read_region(region).rows)
	local back, n_missing, i = {}, 0, 0
	local removed = note_rows.split(inverse.removed)
	local found, put = {}, {}
	for _, row in ipairs(note_rows.split(inverse.added)) do
		i = i + 1
		if (counts[row] or 0) > 0 then
			counts[row] = counts[row] - 1
			found[#found + 1] = row
			put[i] = true
		else
			n_missing = n_missing + 1
		end
	end
	for place, row in ipairs(removed) do
		if not inverse.is_paired or put[place] then
			back[#back + 1] = row
		end
	end
	return found, back, n_missing, i
end

--- Take back a swap as it was written down; returns a note where some notes were changed since.
function note_rows.undo(context, region, inverse)
	local found, back, n_missing, n_added = standing(region, inverse)
	note_rows.swap(context, region, found, back)
	if n_missing > 0 then
		return string.format("%d of the %d notes in %s were changed or removed since, and stay as they are", n_missing,
			n_added, region:name())
	end
	return nil
end

--- The rows of a text.
function note_rows.split(text)
	local rows = {}
	for row in text:gmatch("[^;]+") do
		rows[#rows + 1] = row
	end
	return rows
end

-- notes as requests write them -------------------------------------------------------------------

local steps = { C = 0, D = 2, E = 4, F = 5, G = 7, A = 9, B = 11 }

-- A pitch as a number, or a name such as C#4; 60 is C4.
local function pitch_of(text)
	local number = math.tointeger(text)
	if not number then
		local letter, accidentals, octave = text:match("^(%a)([#b]*)(%-?%d+)$")
		local step = letter and steps[letter:upper()]
		if step then
			local _, sharps = accidentals:gsub("#", "")
			number = step + sharps - (#accidentals - sharps) + 12 * (math.tointeger(octave) + 1)
		end
	end
	if not number or number < 0 or number > 127 then
		faults.stop("invalid", "a pitch is 0 to 127 or a name such as C#4, got " .. text)
	end
	return number
end

--- A place in a region, in ticks from its start: quarter notes from there, or bar|beat|tick.
function note_rows.start_of(region, text)
	local beats = tonumber(text)
	if beats then
		return floor(beats * ticks_per_quarter + 0.5)
	end
	local bar, beat, tick = match(text, "^(%d+)|(%d+)|?(%d*)$")
	if not bar then
		faults.stop("invalid", "a place is quarter notes or bar|beat|tick, got " .. text)
	end
	return timeline.ticks_at({ bar = whole(bar), beat = whole(beat), tick = tick == "" and 0 or whole(tick) }) - region:position():ticks()
end

local function number_within(text, default, low, high, what)
	local number = text == "" and default or math.tointeger(text)
	if not number or number < low or number > high then
		faults.stop("invalid", string.format("%s must be within %d and %d, got %s", what, low, high, text))
	end
	return number
end

local function length_of(text)
	local beats = tonumber(text)
	local ticks = beats and beats <= longest_beats and math.floor(beats * ticks_per_quarter + 0.5) or 0
	if ticks < 1 then
		faults.stop("invalid", string.format("a note's length is a number of quarter notes above 0 and up to %d, got %s",
			longest_beats, text))
	end
	return ticks
end

-- What follows the start of a note in a request, as it stands in a row.
local function sound_of(text)
	local length, pitch, rest = text:match("^%s*(%S+)%s+(%S+)(.*)$")
	if not length then
		faults.stop("invalid", "a note is written 'start length pitch velocity channel', but after a start came '" .. text .. "'")
	end
	local velocity, channel = rest:match("^%s*(%S*)%s*(%S*)%s*$")
	if not velocity then
		faults.stop("invalid", "after the pitch come velocity and channel, got " .. rest)
	end
	return string.format(" %d %d %d %d", length_of(length), pitch_of(pitch),
		number_within(velocity, 90, 1, 127, "velocity"), number_within(channel, 1, 1, 16, "channel"))
end

--- The notes of a request as rows. Each has "start length pitch velocity channel", the last two may be missing.
function note_rows.parse(region, text)
	local rows, n, from, n_ticks = {}, 0, region:start():ticks(), region:length():ticks()
	local sounds = memo(sound_of)
	for start, sound in text:gmatch("([^%s;]+)([^;\n]*)") do
		local ticks = note_rows.start_of(region, start)
		if ticks < 0 or ticks >= n_ticks then
			faults.stop("invalid", string.format("a note at %s lies outside of %s, which is %g quarter notes long", start,
				region:name(), n_ticks / ticks_per_quarter))
		end
		n = n + 1
		rows[n] = ticks + from .. sounds[sound]
	end
	return rows
end

return note_rows
