-- set_tempo: tempo and metre from a bar on.

local tempo = { operations = {}, inverses = {} }

-- The maps as they were before our changes, kept for an exact undo while this editor runs.
local maps_before = {}

local function shown(change)
	return string.format("%.3f BPM %d/%d", change.tempo_bpm, change.beats, change.unit)
end

function tempo.operations.set_tempo(context, operation)
	local place = operation.at
	if place.beat ~= 1 or place.tick ~= 0 then
		faults.stop("invalid", "a tempo starts on a bar, got " .. timeline.text(place) .. "; use beat 1, tick 0")
	end
	local wanted = {
		tempo_bpm = operation.tempo_bpm, beats = operation.time_signature.beats, unit = operation.time_signature.unit,
	}
	local ticks = timeline.ticks_at(place)
	local was = timeline.tempo_at(ticks)
	if not timeline.is_same_tempo(was, wanted) then
		local key = context.change_set .. "#" .. context.index
		local before = timeline.keep()
		context.undo_with({ kind = "restore_tempo", ticks = ticks, was = was, set = wanted, map = key })
		timeline.set_tempo(ticks, wanted)
		maps_before[key] = { map = before, after = timeline.fingerprint() }
	end
	local now = timeline.tempo_at(ticks)
	local is_there = timeline.text(timeline.place_at(ticks)) == timeline.text(place)
	if not is_there or not timeline.is_same_tempo(now, wanted) then
		faults.stop("failed", "the tempo reads " .. shown(now) .. " at " .. timeline.text(timeline.place_at(ticks)))
	end
	return { asked = shown(wanted), read_back = shown(now) }
end

function tempo.inverses.restore_tempo(_, inverse)
	local now = timeline.tempo_at(inverse.ticks)
	if not timeline.is_same_tempo(now, inverse.set) then
		return "the tempo was changed since, to " .. shown(now) .. "; left as it is"
	end
	local before = maps_before[inverse.map]
	if before and before.after == timeline.fingerprint() then
		timeline.put_back(before.map) -- exact; setting the old tempo again would leave a point behind
		return nil
	end
	timeline.set_tempo(inverse.ticks, inverse.was)
	return nil
end

return tempo
