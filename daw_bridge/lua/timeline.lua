-- Musical time in Ardour: bars, beats and ticks to places on the timeline and back, and the tempo map as a list.
-- Ardour counts 1920 ticks to a quarter note, the requests count 960.

local timeline = {}

local ticks_per_quarter = 1920
local ticks_ratio = 2
local far_ticks = ticks_per_quarter * 4 * 100000

--- A length or place in Ardour's beats as ticks.
function timeline.ticks(beats)
	local quarters, ticks = beats:str():match("^(-?%d+):(%d+)$")
	return math.tointeger(quarters) * ticks_per_quarter + math.tointeger(ticks)
end

local to_ticks = timeline.ticks

local function to_beats(ticks)
	return Temporal.Beats(ticks // ticks_per_quarter, ticks % ticks_per_quarter)
end

local function map()
	return Temporal.TempoMap.read()
end

--- The place of a bar, beat and tick, in Ardour's ticks from the start.
function timeline.ticks_at(place)
	-- from Ardour 8 on the map wants a BBT that knows where it is counted from
	local bbt = Temporal.BBT_Argument or Temporal.BBT_TIME
	return to_ticks(map():quarters_at_bbt(bbt(place.bar, place.beat, place.tick * ticks_ratio)))
end

function timeline.samples_at(ticks)
	return map():sample_at_beats(to_beats(ticks))
end

--- The tick that a sample stands on; a tick is longer than a sample, so the one that starts there wins.
function timeline.ticks_at_sample(samples)
	local ticks = to_ticks(map():quarters_at_sample(samples))
	if timeline.samples_at(ticks + 1) <= samples then
		ticks = ticks + 1
	end
	return ticks
end

--- Bar, beat and tick, as requests write them.
function timeline.place_at(ticks)
	local place = map():bbt_at_beats(to_beats(ticks))
	return { bar = place.bars, beat = place.beats, tick = place.ticks // ticks_ratio }
end

function timeline.place_at_sample(samples)
	return timeline.place_at(timeline.ticks_at_sample(samples))
end

function timeline.text(place)
	return string.format("%d|%d|%d", place.bar, place.beat, place.tick)
end

-- Every start of a tempo or metre section, found by walking back from far away.
local function starts(read)
	local found = {}
	local ticks = far_ticks
	while ticks >= 0 do
		ticks = to_ticks(read(Temporal.timepos_t.from_ticks(ticks)):to_point():beats())
		found[ticks] = true
		ticks = ticks - 1
	end
	return found
end

--- Tempo (quarter notes per minute) and metre that hold at a tick.
-- Asked for the very tick on which a section starts, Ardour 7.3 answers with the section before it.
function timeline.tempo_at(ticks)
	local here = Temporal.timepos_t.from_ticks(ticks + 1)
	local meter = map():meter_at(here)
	return {
		tempo_bpm = map():quarters_per_minute_at(here),
		beats = math.tointeger(meter:divisions_per_bar()),
		unit = math.tointeger(meter:note_value()),
	}
end

function timeline.is_same_tempo(one, other)
	return math.abs(one.tempo_bpm - other.tempo_bpm) < 0.0005
		and one.beats == other.beats and one.unit == other.unit
end

--- The tempo map as a list of changes: {ticks, tempo_bpm, beats, unit}; a point that changes nothing is left out.
function timeline.changes()
	local tempo_map = map()
	local places = starts(function (place) return tempo_map:tempo_at(place) end)
	for ticks in pairs(starts(function (place) return tempo_map:meter_at(place) end)) do
		places[ticks] = true
	end
	local sorted = {}
	for ticks in pairs(places) do
		sorted[#sorted + 1] = ticks
	end
	table.sort(sorted)
	local list = {}
	for _, ticks in ipairs(sorted) do
		local change = timeline.tempo_at(ticks)
		change.ticks = ticks
		if #list == 0 or not timeline.is_same_tempo(change, list[#list]) then
			list[#list + 1] = change
		end
	end
	return list
end

--- A text that is the same for the same tempo map.
function timeline.fingerprint()
	return json.encode(json.array(timeline.changes()))
end

--- A copy of the map that can be put back later; what `read` returns cannot, from Ardour 8 on.
function timeline.keep()
	local tempo_map = Temporal.TempoMap.write_copy()
	Temporal.TempoMap.abort_update()
	return tempo_map
end

--- Put a map back that was kept earlier.
function timeline.put_back(tempo_map)
	Temporal.TempoMap.write_copy() -- takes the lock that update releases
	Temporal.TempoMap.update(tempo_map)
end

--- Set metre and tempo from a tick on, as one change of the map.
function timeline.set_tempo(ticks, change)
	local here = Temporal.timepos_t.from_ticks(ticks)
	local was = timeline.tempo_at(ticks)
	local tempo_map = Temporal.TempoMap.write_copy()
	local is_set, reason = pcall(function ()
		if was.beats ~= change.beats or was.unit ~= change.unit then
			tempo_map:set_meter(Temporal.Meter(change.beats, change.unit), here)
		end
		tempo_map:set_tempo(Temporal.Tempo(change.tempo_bpm, change.tempo_bpm, 4), here)
	end)
	if not is_set then
		Temporal.TempoMap.abort_update()
		error(reason, 0)
	end
	Temporal.TempoMap.update(tempo_map)
end

return timeline
