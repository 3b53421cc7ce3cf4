-- Musical time in Ardour: bars, beats and ticks to places on the timeline and back, and the tempo map as a list.
-- Ardour counts 1920 ticks to a quarter note, the requests count 960.

local timeline = {}

local ticks_per_quarter = 1920
local ticks_ratio = 2
local far_ticks = ticks_per_quarter * 4 * 100000
local most_beats, most_ticks = 1000, 960 * 1000 -- of a place, whatever the metre
local surely_counted_bars = 1000 -- 7.3 counts places up to 2^29 ticks, and from there on begins anew in negative

--- A length or place in Ardour's beats as ticks.
function timeline.ticks(beats)
	local quarters, ticks = beats:str():match("^(-?%d+):(-?%d+)$")
	return math.tointeger(quarters) * ticks_per_quarter + math.tointeger(ticks)
end

local to_ticks = timeline.ticks

local function to_beats(ticks)
	return Temporal.Beats(ticks // ticks_per_quarter, ticks % ticks_per_quarter)
end

local function map()
	return Temporal.TempoMap.read()
end

local function require_place(place)
	if place.bar < 1 or place.beat < 1 or place.beat > most_beats or place.tick < 0 or place.tick > most_ticks then
		faults.stop("invalid", timeline.text(place) .. " is no place: bars and beats count from 1, ticks from 0")
	end
end

--- The place of a bar, beat and tick, in Ardour's ticks from the start. Beats past the end of a bar count on into the next.
function timeline.ticks_at(place)
	require_place(place)
	-- from Ardour 8 on the map wants a BBT that knows where it is counted from
	local bbt = Temporal.BBT_Argument or Temporal.BBT_TIME
	local ticks = to_ticks(map():quarters_at_bbt(bbt(place.bar, place.beat, place.tick * ticks_ratio)))
	if place.bar > surely_counted_bars and timeline.place_at(ticks).bar < place.bar then
		faults.stop("invalid", "Ardour does not count as far as " .. timeline.text(place) .. "; name an earlier bar")
	end
	return ticks
end

--- The ticks between which a stretch lies; stops where it does not end after it starts, as the map counts it.
function timeline.stretch(start, stop)
	local from, to = timeline.ticks_at(start), timeline.ticks_at(stop)
	if from >= to then
		faults.stop("invalid", string.format("the end must come after the start, but %s is %s and %s is %s here",
			timeline.text(start), timeline.text(timeline.place_at(from)), timeline.text(stop),
			timeline.text(timeline.place_at(to))))
	end
	return from, to
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

--- The metre that holds at a tick.
-- Asked for the very tick on which a section starts, Ardour 7.3 answers with the section before it.
function timeline.metre_at(ticks)
	local meter = map():meter_at(Temporal.timepos_t.from_ticks(ticks + 1))
	return { beats = math.tointeger(meter:divisions_per_bar()), unit = math.tointeger(meter:note_value()) }
end

--- Tempo (quarter notes per minute) and metre that hold at a tick.
function timeline.tempo_at(ticks)
	local found = timeline.metre_at(ticks)
	found.tempo_bpm = map():quarters_per_minute_at(Temporal.timepos_t.from_ticks(ticks + 1))
	return found
end

local function sorted(places)
	local list = {}
	for ticks in pairs(places) do
		list[#list + 1] = ticks
	end
	table.sort(list)
	return list
end

-- The tempo to which a piece has come where the next one begins; Ardour tells it a tick before.
local function end_bpm(tempo_map, ticks, bpm, next_ticks)
	local length = next_ticks - ticks - 2
	if length <= 0 then
		return bpm
	end
	local late = tempo_map:quarters_per_minute_at(Temporal.timepos_t.from_ticks(next_ticks - 1))
	local early = tempo_map:quarters_per_minute_at(Temporal.timepos_t.from_ticks(ticks + 1))
	local found = late + (late - early) / length
	return math.abs(found - bpm) < 0.0005 and bpm or math.floor(found * 10000 + 0.5) / 10000
end

--- The tempo points as Ardour has them, as a course of `tempo_curve`.
function timeline.tempo_points()
	local tempo_map = map()
	local places = sorted(starts(function (place) return tempo_map:tempo_at(place) end))
	local list = {}
	for i, ticks in ipairs(places) do
		local here = Temporal.timepos_t.from_ticks(ticks + 1)
		local bpm = tempo_map:tempo_at(here):to_tempo():quarter_notes_per_minute()
		list[i] = { ticks = ticks, bpm = bpm, end_bpm = places[i + 1] and end_bpm(tempo_map, ticks, bpm, places[i + 1]) or bpm }
	end
	return list
end

--- The course of the tempo; a point that changes nothing is left out.
function timeline.tempos()
	return tempo_curve.merged(timeline.tempo_points())
end

--- The metre points as Ardour has them: { ticks, beats, unit }.
function timeline.metre_points()
	local tempo_map, list = map(), {}
	for i, ticks in ipairs(sorted(starts(function (place) return tempo_map:meter_at(place) end))) do
		list[i] = timeline.metre_at(ticks)
		list[i].ticks = ticks
	end
	return list
end

--- The metres; a point that changes nothing is left out.
function timeline.metres()
	local list = {}
	for _, metre in ipairs(timeline.metre_points()) do
		local last = list[#list]
		if not last or metre.beats ~= last.beats or metre.unit ~= last.unit then
			list[#list + 1] = metre
		end
	end
	return list
end

--- The tempo map as a list of changes: {ticks, tempo_bpm, end_bpm, beats, unit}; a point that changes nothing is left out.
function timeline.changes()
	local metres, places = timeline.metres(), {}
	for i, metre in ipairs(metres) do
		places[i] = metre.ticks
	end
	local list, last = {}, 1
	for i, piece in ipairs(tempo_curve.refined(timeline.tempos(), places)) do
		while metres[last + 1] and metres[last + 1].ticks <= piece.ticks do
			last = last + 1
		end
		list[i] = {
			ticks = piece.ticks, tempo_bpm = piece.bpm, end_bpm = piece.end_bpm,
			beats = metres[last].beats, unit = metres[last].unit,
		}
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

-- Write rows last first: from Ardour 9 on, a ramp takes its course when it is set, and must know where it ends. Metres
-- come after tempos: what comes later than a change of metre keeps its bar, not its tick.
local function write_rows(tempo_map, metre_rows, tempo_rows, which)
	for i = #tempo_rows, 1, -1 do
		local piece = tempo_rows[i][which]
		tempo_map:set_tempo(Temporal.Tempo(piece[1], piece[2], 4), Temporal.timepos_t.from_ticks(tempo_rows[i].ticks))
	end
	for i = #metre_rows, 1, -1 do
		local metre = metre_rows[i][which]
		tempo_map:set_meter(Temporal.Meter(metre[1], metre[2]), Temporal.timepos_t.from_ticks(metre_rows[i].ticks))
	end
end

--- Write changes of metre and tempo as one change of the map: rows { ticks, was, set }, of which one is taken.
function timeline.write(metre_rows, tempo_rows, which)
	local tempo_map = Temporal.TempoMap.write_copy()
	local is_set, reason = pcall(write_rows, tempo_map, metre_rows, tempo_rows, which)
	if not is_set then
		Temporal.TempoMap.abort_update()
		error(reason, 0)
	end
	Temporal.TempoMap.update(tempo_map)
end

return timeline
