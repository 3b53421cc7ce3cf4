-- What Ardour's own meters show, and the session's state as it is now for whoever renders it elsewhere.

local meters = { readings = {} }

local function level(meter, channel)
	local db = meter:meter_level(channel, ARDOUR.MeterType.MeterPeak)
	return db > -200 and db or "-inf"
end

--- The peak of each audio channel of each strip since the meters were last drawn, in dBFS: { id, { dB, … } } per strip.
function meters.readings.meters(session)
	local list = json.array()
	for i, route in ipairs(strips.all(session)) do
		local meter, levels = route:peak_meter(), json.array()
		if not meter:isnil() then
			-- a meter's MIDI channels come before its audio channels
			local streams = meter:input_streams()
			for n = 0, streams:n_audio() - 1 do
				levels[n + 1] = level(meter, streams:n_midi() + n)
			end
		end
		list[i] = { id = ids.of(route), name = route:name(), levels = levels }
	end
	return { strips = list, is_rolling = session:transport_rolling() }
end

-- Copy a whole file; it is small beside audio.
local function copy(from, to)
	local content = files.read(from) or faults.stop("failed", "Ardour wrote no " .. from)
	files.replace(to, content)
end

--- Write the session's state as it is now, saved or not, to a file, and leave the session as it is.
-- Ardour's own way to do so every few minutes is a file that it offers to recover after a crash: it makes no snapshot,
-- tells nobody, and does not count as a save. It stays only where one was there before, then as new as can be.
function meters.readings.session_state(session, _, arguments)
	local pending = session:path() .. "/" .. session:snap_name() .. ".pending"
	local was_there = files.read(pending) ~= nil
	if session:save_state("", true, false, false, false, false) ~= 0 then
		faults.stop("failed", "Ardour could not write the session's state; is the disk full?")
	end
	copy(pending, arguments.path)
	if not was_there then
		os.remove(pending)
	end
	return { folder = session:path(), name = session:snap_name(), sample_rate_hz = session:nominal_sample_rate() }
end

--- Where the bars and beats from one sample to another are, as rows "bar beat sample"; at most `limit` rows.
function meters.readings.bars(_, _, arguments)
	local place, rows = timeline.place_at_sample(arguments.from_samples), {}
	local bar, beat = place.bar, place.beat
	while #rows < arguments.limit do
		local ticks = timeline.ticks_at({ bar = bar, beat = beat, tick = 0 })
		local samples = timeline.samples_at(ticks)
		if samples > arguments.to_samples then
			break
		end
		if samples >= arguments.from_samples then
			rows[#rows + 1] = string.format("%d %d %d", bar, beat, samples)
		end
		if arguments.has_beats and beat < timeline.tempo_at(ticks).beats then
			beat = beat + 1
		else
			bar, beat = bar + 1, 1
		end
	end
	return { rows = table.concat(rows, ";") }
end

--- Where Ardour's windows are, as its own process sees it (Linux).
function meters.readings.screen()
	return {
		process_id = math.tointeger((files.read("/proc/self/stat") or ""):match("^%d+") or 0),
		display = os.getenv("DISPLAY") or "",
		xauthority = os.getenv("XAUTHORITY") or "",
	}
end

return meters
