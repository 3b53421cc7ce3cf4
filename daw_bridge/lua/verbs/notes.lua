-- add_midi_region, add_notes, delete_notes, replace_notes, and rewrite_notes, into which all other edits are computed.

local notes = { operations = {}, inverses = {}, readings = {} }

local function midi_region(context, name)
	local region, id, playlist = region_state.named(context, name)
	if not note_rows.model_of(region) then
		faults.stop("invalid", region:name() .. " is no MIDI region, so it has no notes")
	end
	return region, id, playlist
end

local function counted(n)
	return n == 1 and "1 note" or n .. " notes"
end

-- choosing ---------------------------------------------------------------------------------------

-- The bounds of a selection, ready to compare; `start` and `end` in ticks from the region's start.
local function bounds_of(region, which)
	local position = region:position():ticks()
	local function ticks(place)
		return json.given(place) and timeline.ticks_at(place) - position
	end
	return {
		from = ticks(which.start), to = ticks(which["end"]),
		lowest_pitch = json.given(which.lowest_pitch), highest_pitch = json.given(which.highest_pitch),
		lowest_velocity = json.given(which.lowest_velocity), highest_velocity = json.given(which.highest_velocity),
		channel = json.given(which.channel),
	}
end

local function is_chosen(note, by)
	return (not by.from or note.start >= by.from) and (not by.to or note.start < by.to)
		and (not by.lowest_pitch or note.pitch >= by.lowest_pitch)
		and (not by.highest_pitch or note.pitch <= by.highest_pitch)
		and (not by.lowest_velocity or note.velocity >= by.lowest_velocity)
		and (not by.highest_velocity or note.velocity <= by.highest_velocity)
		and (not by.channel or note.channel == by.channel)
end

local function chosen(region, which)
	local by, list = bounds_of(region, which), {}
	for _, note in ipairs(note_rows.list(region)) do
		list[#list + 1] = is_chosen(note, by) and note or nil
	end
	return list
end

-- changing ---------------------------------------------------------------------------------------

-- Swap notes so that undo can swap them back; `is_paired` says that each added one replaces the removed one beside it.
local function swap(context, region, id, change)
	local removed, added = change.removed, change.added
	context.undo_with({
		kind = "swap_notes", key = "notes:" .. id, region = id, is_paired = change.is_paired,
		removed = table.concat(removed, ";"), added = table.concat(added, ";"),
	})
	note_rows.swap(context, region, removed, added)
	local _, route_id = region_state.track_of(context.session, region:playlist())
	return {
		target_id = id, route_id = route_id, asked = change.asked,
		read_back = string.format("%s in %s", counted(note_rows.count(region)), region:name()),
	}
end

function notes.operations.add_notes(context, operation)
	local region, id = midi_region(context, operation.region)
	local added = note_rows.parse(region, operation.notes)
	return swap(context, region, id, { removed = {}, added = added, asked = counted(#added) .. " more" })
end

local function rows_of(list)
	local rows = {}
	for i, note in ipairs(list) do
		rows[i] = note.row
	end
	return rows
end

function notes.operations.delete_notes(context, operation)
	local region, id = midi_region(context, operation.region)
	local removed = rows_of(chosen(region, operation.which))
	return swap(context, region, id, { removed = removed, added = {}, asked = counted(#removed) .. " less" })
end

function notes.operations.replace_notes(context, operation)
	local region, id = midi_region(context, operation.region)
	local removed, added = rows_of(chosen(region, operation.which)), note_rows.parse(region, operation.notes)
	return swap(context, region, id, {
		removed = removed, added = added, asked = string.format("%s in place of %d", counted(#added), #removed),
	})
end

-- Rows that count from the region's start, as rows that count from its source's.
local function inward(region, text)
	local rows, from = note_rows.split(text), region:start():ticks()
	for i, row in ipairs(rows) do
		local start, rest = row:match("^(%-?%d+)( .*)$")
		rows[i] = math.tointeger(start) + from .. rest
	end
	return rows
end

function notes.operations.rewrite_notes(context, operation)
	local region, id = midi_region(context, operation.region)
	local removed, added = inward(region, operation.removed), inward(region, operation.added)
	local here = {}
	for _, note in ipairs(note_rows.list(region)) do
		here[note.row] = (here[note.row] or 0) + 1
	end
	for _, row in ipairs(removed) do
		here[row] = (here[row] or 0) - 1
		if here[row] < 0 then
			faults.stop("failed", "the notes of " .. region:name() .. " changed meanwhile; ask again")
		end
	end
	return swap(context, region, id, {
		removed = removed, added = added, is_paired = #removed == #added,
		asked = counted(#added) .. " changed",
	})
end

function notes.inverses.swap_notes(context, inverse)
	local persistent = ids.parse(inverse.region)
	local region = persistent and ARDOUR.RegionFactory.region_by_id(persistent)
	if not region or region:isnil() then
		return nil -- its notes went with it
	end
	return note_rows.undo(context, region, inverse)
end

-- an empty region --------------------------------------------------------------------------------

local function variable_length(number)
	local bytes = string.char(number & 0x7F)
	number = number >> 7
	while number > 0 do
		bytes, number = string.char(number & 0x7F | 0x80) .. bytes, number >> 7
	end
	return bytes
end

-- A MIDI file with one note, since Ardour takes none without; and before it bank and program, if there is one.
local function midi_file(operation)
	local events = ""
	if json.given(operation.program) then
		local channel = operation.channel - 1
		events = string.pack(">BBBB BBBB BBB", 0, 0xB0 | channel, 0, operation.bank >> 7, 0, 0xB0 | channel, 32,
			operation.bank & 0x7F, 0, 0xC0 | channel, operation.program)
	end
	events = events .. "\0\x90\60\1" .. variable_length(960) .. "\x80\60\0" .. "\0\xFF\x2F\0"
	return "MThd" .. string.pack(">I4I2I2I2", 6, 0, 1, 960) .. "MTrk" .. string.pack(">s4", events)
end

local function bring_in_empty(context, operation)
	-- the path must be one that Ardour never saw, and gives the file in the session its name
	local name = operation.name:gsub("[^%w ]", "_")
	local path = string.format("%s/%s %08x.mid", settings.folder, name, ARDOUR.LuaAPI.monotonic_time() & 0xFFFFFFFF)
	files.replace(path, midi_file(operation))
	local is_done, found = pcall(file_import.bring_in, context, path)
	os.remove(path)
	return is_done and found[1] or error(found, 0)
end

function notes.operations.add_midi_region(context, operation)
	faults.require_editor(context, "making a region")
	local route, route_id = strips.named(context, operation.track)
	if strips.kind(route) ~= "midi_track" then
		faults.stop("invalid", string.format("%s is a %s, but a MIDI region needs a midi_track", route:name(),
			strips.kind(route)))
	end
	local ticks = timeline.ticks_at(operation.at)
	local length = math.floor(operation.length_beats * note_rows.ticks_per_quarter + 0.5)
	local position = Temporal.timepos_t.from_ticks(ticks)
	local playlist = route:to_track():playlist()
	local region = region_edits.add(context, bring_in_empty(context, operation), playlist, position)
	context.refs[operation.ref] = ids.of(region)
	region:set_name(region_state.legal_name(region, operation.name))
	region_state.change_aside(context.session, region, function ()
		region:set_length(Temporal.timecnt_t.from_ticks(length))
	end)
	region_state.forget_changes(playlist)
	note_rows.swap(context, region, rows_of(note_rows.list(region)), {})
	local is_there = region:position():ticks() == ticks and region:length():ticks() == length
	if not is_there or note_rows.count(region) > 0 then
		faults.stop("failed", string.format("the region reads %d ticks at %d with %s", region:length():ticks(),
			region:position():ticks(), counted(note_rows.count(region))))
	end
	return {
		target_id = ids.of(region), route_id = route_id,
		asked = string.format("%s: %g quarter notes at %s", operation.name, operation.length_beats,
			timeline.text(operation.at)),
		read_back = string.format("%s: %g quarter notes at %s", region:name(), length / note_rows.ticks_per_quarter,
			timeline.text(timeline.place_at(region:position():ticks()))),
	}
end

-- reading ----------------------------------------------------------------------------------------

local names = { [0] = "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B" }

local function shown(note, position)
	local text = string.format("%s %.6g %s%d %d", timeline.text(timeline.place_at(position + note.start)),
		note.length / note_rows.ticks_per_quarter, names[note.pitch % 12], note.pitch // 12 - 1, note.velocity)
	return note.channel == 1 and text or text .. " " .. note.channel
end

--- Some of a region's notes as lines that add_notes and replace_notes take again: "place length pitch velocity", and
-- the channel where it is not 1. `next` is where to go on, if there is more.
function notes.readings.notes(session, _, arguments)
	local region, id = midi_region({ session = session, refs = {} }, arguments.region)
	local list = chosen(region, json.given(arguments.which) or {})
	local first = json.given(arguments.first) or 0
	local limit = json.given(arguments.limit) or 200
	local position, lines = region:position():ticks(), {}
	for i = first + 1, math.min(first + limit, #list) do
		lines[#lines + 1] = shown(list[i], position)
	end
	return {
		region = id, name = region:name(), n_notes = #list, first = first,
		["end"] = timeline.text(timeline.place_at(position + region:length():ticks())),
		text = table.concat(lines, "\n"), next = first + limit < #list and first + limit or json.null,
	}
end

-- The starts of the bars that a region touches, and of the one after, in ticks from its start.
local function bars_of(region)
	local position, length = region:position():ticks(), region:length():ticks()
	local bar, starts = timeline.place_at(position).bar, json.array()
	repeat
		starts[#starts + 1] = timeline.ticks_at({ bar = bar, beat = 1, tick = 0 }) - position
		bar = bar + 1
	until starts[#starts] > length or #starts > 10000
	return starts
end

--- What an edit is computed from: the chosen notes, the region's length, where its bars begin, and where the places
-- of the request lie, all in ticks from its start.
function notes.readings.note_rows(session, _, arguments)
	local region, id = midi_region({ session = session, refs = {} }, arguments.region)
	local rows, from = {}, region:start():ticks()
	for i, note in ipairs(chosen(region, arguments.which)) do
		rows[i] = note.start .. note.row:match(" .*")
	end
	local places = json.array()
	for i, place in ipairs(json.given(arguments.places) or {}) do
		places[i] = note_rows.start_of(region, place)
	end
	return {
		region = id, name = region:name(), rows = table.concat(rows, ";"), length_ticks = region:length():ticks(),
		bar_ticks = bars_of(region), places = places, tempo_bpm = timeline.tempo_at(region:position():ticks()).tempo_bpm,
	}
end

--- Add to a region's facts what its notes are.
function notes.region_facts(region, facts)
	local text = note_rows.text(region)
	facts.notes = text ~= "" and text or nil
end

return notes
