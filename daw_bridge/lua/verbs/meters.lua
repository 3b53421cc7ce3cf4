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

--- Write the session's state as it is now, saved or not, to a file, and leave the session as it is.
function meters.readings.session_state(session, _, arguments)
	files.replace(arguments.path, pending.text(session))
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

meters.readings.screen = reader.process

return meters
