-- Reading the session as a whole: what a snapshot is made of.

local reader = {}

local function processors(route)
	local names = json.array()
	for i = 0, 63 do
		local processor = route:nth_processor(i)
		if processor:isnil() then
			break
		end
		if processor:display_to_user() and not processor:to_insert():isnil() then
			names[#names + 1] = processor:display_name()
		end
	end
	return names
end

--- The number of notes of a MIDI region; nil for audio.
function reader.n_notes(region)
	local midi_region = region:to_midiregion()
	if midi_region:isnil() then
		return nil
	end
	local count = 0
	for _ in ARDOUR.LuaAPI.note_list(midi_region:model()):iter() do
		count = count + 1
	end
	return count
end

local function region_facts(region)
	local position = region:position()
	local start = region:position():is_beats() and position:ticks() or timeline.ticks_at_sample(position:samples())
	return {
		id = ids.of(region),
		name = region:name(),
		position_samples = position:samples(),
		length_samples = (region:position() + region:length()):samples() - position:samples(),
		start = timeline.place_at(start),
		n_notes = reader.n_notes(region),
	}
end

local function regions(route)
	local list = json.array()
	for i, region in ipairs(strips.regions(route)) do
		list[i] = region_facts(region)
	end
	table.sort(list, function (one, other)
		return one.position_samples < other.position_samples
			or (one.position_samples == other.position_samples and one.id < other.id)
	end)
	return list
end

local function is_armed(route)
	local control = route:rec_enable_control()
	return not control:isnil() and control:get_value() > 0
end

local function route_facts(route)
	return {
		id = ids.of(route),
		name = route:name(),
		kind = strips.kind(route),
		colour = string.format("#%06x", route:presentation_info_ptr():color() >> 8 & 0xFFFFFF),
		gain_db = strips.gain_db(route),
		pan = strips.pan(route),
		is_muted = route:muted(),
		is_soloed = route:soloed(),
		is_record_armed = is_armed(route),
		processors = processors(route),
		regions = regions(route),
	}
end

--- The markers, by place; Lua cannot read the id of a location, so name and place stand for it.
function reader.markers(session)
	local list = json.array()
	for location in session:locations():list():iter() do
		if location:is_mark() and not location:is_hidden() then
			local samples = location:start():samples()
			list[#list + 1] = {
				id = location:name() .. "@" .. samples,
				name = location:name(),
				position_samples = samples,
				start = timeline.place_at_sample(samples),
			}
		end
	end
	table.sort(list, function (one, other)
		return one.position_samples < other.position_samples
			or (one.position_samples == other.position_samples and one.name < other.name)
	end)
	return list
end

local function tempo_map()
	local list = json.array()
	for i, change in ipairs(timeline.changes()) do
		list[i] = {
			start = timeline.place_at(change.ticks),
			tempo_bpm = change.tempo_bpm, beats = change.beats, unit = change.unit,
		}
	end
	return list
end

--- The ids of the strips that are selected in the editor.
function reader.selected_routes(session)
	local selected = json.array()
	for _, route in ipairs(strips.all(session)) do
		if route:is_selected() then
			selected[#selected + 1] = ids.of(route)
		end
	end
	return selected
end

--- The selected stretch of the timeline, or null.
function reader.selected_range(editor)
	if not editor then
		return json.null
	end
	local time = editor:get_selection().time
	local from, to = time:start_sample(), time:end_sample()
	if from >= to then
		return json.null
	end
	return {
		start_samples = from, end_samples = to,
		start = timeline.place_at_sample(from), ["end"] = timeline.place_at_sample(to),
	}
end

--- Ardour's version, from the name under which it was started (Linux); empty where that does not tell.
function reader.ardour_version()
	local command = files.read("/proc/self/cmdline") or ""
	return command:match("ardour%-?(%d+%.%d+%.?%d*)") or ""
end

function reader.is_recording(session)
	return session:actively_recording()
end

--- Where the transport stands, without the rest of the session.
function reader.transport(session)
	local samples = session:transport_sample()
	return {
		playhead_samples = samples,
		playhead = timeline.place_at_sample(math.max(samples, 0)),
		is_rolling = not session:transport_stopped(), -- while it fades out it still moves
		is_recording = reader.is_recording(session),
	}
end

--- The whole session in one go.
function reader.snapshot(session, editor)
	local facts = reader.transport(session)
	facts.ardour_version = reader.ardour_version()
	facts.name = session:name()
	facts.folder = session:path()
	facts.sample_rate_hz = math.tointeger(session:nominal_sample_rate())
	facts.tempo_map = tempo_map()
	facts.markers = reader.markers(session)
	facts.selected_routes = reader.selected_routes(session)
	facts.selected_range = reader.selected_range(editor)
	facts.routes = json.array()
	for i, route in ipairs(strips.all(session)) do
		facts.routes[i] = route_facts(route)
	end
	return facts
end

return reader
