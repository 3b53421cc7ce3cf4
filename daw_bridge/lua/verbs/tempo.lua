-- set_tempo, set_meter, ramp_tempo and remove_tempo: the tempo map.
-- Lua cannot take a point out of Ardour's map (7.3 to 9.8). A change that is to go is made to change nothing.

local tempo = { operations = {}, inverses = {} }

local ticks_per_quarter = 1920

-- The maps as they were before our changes, kept for an exact undo while this editor runs.
local maps_before = {}

local function shown(change)
	return string.format("%.3f BPM %d/%d", change.tempo_bpm, change.beats, change.unit)
end

-- The tick of a place at which a tempo can change.
local function quarter_at(place)
	local ticks = timeline.ticks_at(place)
	if ticks % ticks_per_quarter ~= 0 then
		faults.stop("invalid", "Ardour changes the tempo on quarter notes only, and " .. timeline.text(place) .. " is not on one")
	end
	return ticks
end

local function bar_at(place, what)
	if place.beat ~= 1 or place.tick ~= 0 then
		faults.stop("invalid", what .. " starts on a bar, got " .. timeline.text(place) .. "; use beat 1, tick 0")
	end
	return timeline.ticks_at(place)
end

local function is_same_metre(one, other)
	return one.beats == other.beats and one.unit == other.unit
end

-- The rows that give a metre to a place, and to the points after it that only go on with what is there; the first row
-- says what was there, and whether it only went on.
local function metre_rows(ticks, metre)
	local was, rows, is_new = timeline.metre_at(ticks), json.array(), true
	if is_same_metre(was, metre) then
		return rows
	end
	local set = json.array({ metre.beats, metre.unit })
	rows[1] = { ticks = ticks, was = json.array({ was.beats, was.unit }), set = set }
	for _, point in ipairs(timeline.metre_points()) do
		if point.ticks > ticks and not is_same_metre(point, was) then
			break
		elseif point.ticks > ticks then
			rows[#rows + 1] = { ticks = point.ticks, set = set, is_passing = true }
		end
	end
	for _, known in ipairs(timeline.metres()) do
		is_new = is_new and known.ticks ~= ticks
	end
	rows[1].is_new = is_new or nil
	return rows
end

-- The rows with which a metre goes back to what it was; where one only went on, it goes on again.
local function undone_metres(row)
	local metre = row.is_new and timeline.metre_at(row.ticks - 2) or { beats = row.was[1], unit = row.was[2] }
	return metre_rows(row.ticks, metre)
end

local function metres_match(rows, which)
	local row = rows[1] -- the others have gone elsewhere with it
	local now = row and timeline.metre_at(row.ticks)
	return not row or (now.beats == row[which][1] and now.unit == row[which][2])
end

-- Whether the map is as rows say; what comes after a change of metre has kept its bar, so it stands elsewhere now.
local function matches(metres, tempos, which)
	local near = {}
	for _, row in ipairs(tempos) do
		near[#near + 1] = (not metres[1] or row.ticks <= metres[1].ticks) and row or nil
	end
	return metres_match(metres, which) and tempo_curve.matches(timeline.tempos(), near, which)
end

-- Rows for the journal: by place, since what comes after a change of metre keeps its place and not its tick.
local function placed(rows)
	local found = json.array()
	for _, row in ipairs(rows) do
		if not row.is_passing then
			found[#found + 1] = { place = timeline.place_at(row.ticks), was = row.was, set = row.set, is_new = row.is_new }
		end
	end
	return found
end

-- Give the journal's rows the ticks that their places have now.
local function located(rows)
	for _, row in ipairs(rows) do
		row.ticks = timeline.ticks_at(row.place)
	end
	return rows
end

--- Change the map by rows { ticks, was, set }, remembering how it was; stops where it does not then read so.
function tempo.change(context, metres, tempos)
	if #metres + #tempos == 0 then
		return
	end
	local place = timeline.text(timeline.place_at((metres[1] or tempos[1]).ticks))
	local key = context.change_set .. "#" .. context.index
	local before = timeline.keep()
	context.undo_with({
		kind = "restore_tempo_map", key = "tempo:" .. place, metres = placed(metres), tempos = placed(tempos), map = key,
	})
	timeline.write(metres, tempos, "set")
	maps_before[key] = { map = before, after = timeline.fingerprint() }
	if not matches(metres, tempos, "set") then
		timeline.put_back(before)
		faults.stop("failed", "Ardour did not take the tempo map as asked, so it was put back")
	end
end

local function outcome(ticks, asked)
	return { asked = asked, read_back = shown(timeline.tempo_at(ticks)) .. " at " .. timeline.text(timeline.place_at(ticks)) }
end

function tempo.operations.set_tempo(context, operation)
	local ticks = bar_at(operation.at, "a tempo with a metre")
	local metre = operation.time_signature
	if metre == nil or metre == json.null then
		metre = timeline.metre_at(ticks)
	end
	tempo.change(context, metre_rows(ticks, metre),
		tempo_curve.rows(timeline.tempo_points(), tempo_curve.with_tempo(timeline.tempos(), ticks, operation.tempo_bpm)))
	return outcome(ticks, shown({ tempo_bpm = operation.tempo_bpm, beats = metre.beats, unit = metre.unit }))
end

function tempo.operations.set_meter(context, operation)
	local ticks = bar_at(operation.at, "a metre")
	tempo.change(context, metre_rows(ticks, operation.time_signature), json.array())
	return outcome(ticks, string.format("%d/%d", operation.time_signature.beats, operation.time_signature.unit))
end

function tempo.operations.ramp_tempo(context, operation)
	timeline.stretch(operation.start, operation["end"])
	local from, to = quarter_at(operation.start), quarter_at(operation["end"])
	local after = tempo_curve.with_ramp(timeline.tempos(), from, to, operation.start_bpm, operation.end_bpm)
	tempo.change(context, json.array(), tempo_curve.rows(timeline.tempo_points(), after))
	local now = timeline.tempos()
	return {
		asked = string.format("%.3f to %.3f BPM from %s to %s", operation.start_bpm, operation.end_bpm,
			timeline.text(operation.start), timeline.text(operation["end"])),
		read_back = string.format("%.3f to %.3f BPM", (tempo_curve.at(now, from)), (tempo_curve.at(now, to))),
	}
end

local function is_change_at(list, ticks)
	for i, point in ipairs(list) do
		if i > 1 and point.ticks == ticks then
			return list[i - 1]
		end
	end
	return nil
end

function tempo.operations.remove_tempo(context, operation)
	local ticks = timeline.ticks_at(operation.at)
	local tempos, metres = timeline.tempos(), timeline.metres()
	local metre_before, tempo_before = is_change_at(metres, ticks), is_change_at(tempos, ticks)
	if not metre_before and not tempo_before then
		local places = {}
		for i, change in ipairs(timeline.changes()) do
			places[i] = timeline.text(timeline.place_at(change.ticks))
		end
		faults.stop("invalid", "neither tempo nor metre changes at " .. timeline.text(operation.at)
			.. "; they change at " .. table.concat(places, ", ") .. ", of which the first must stay")
	end
	tempo.change(context, metre_before and metre_rows(ticks, metre_before) or json.array(),
		tempo_before and tempo_curve.rows(timeline.tempo_points(), tempo_curve.without(tempos, ticks)) or json.array())
	return outcome(ticks, "no change at " .. timeline.text(operation.at))
end

function tempo.inverses.restore_tempo_map(_, inverse)
	local before = maps_before[inverse.map]
	if before and before.after == timeline.fingerprint() then
		timeline.put_back(before.map) -- exact; setting the old tempo again would leave a point behind
		return nil
	end
	local metres, tempos = located(inverse.metres), located(inverse.tempos)
	if matches(metres, tempos, "was") then
		return nil
	elseif not matches(metres, tempos, "set") then
		return "the tempo was changed since, to " .. shown(timeline.tempo_at((metres[1] or tempos[1]).ticks)) .. "; left as it is"
	end
	local metres_back = metres[1] and undone_metres(metres[1]) or json.array()
	timeline.write(metres_back, {}, "set")
	local tempos_back = tempo_curve.rows(timeline.tempo_points(), tempo_curve.undone(timeline.tempos(), located(tempos)))
	timeline.write({}, tempos_back, "set")
	return not matches(metres_back, tempos_back, "set") and "the tempo map did not come back as it was" or nil
end

return tempo
