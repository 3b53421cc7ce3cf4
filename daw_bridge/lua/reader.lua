-- Reading the session as a whole: what a snapshot is made of.

local reader = {}

-- What the verb modules add to the facts of a route, of a region, and of the session.
local of_route, of_region, of_session = {}, {}, {}

--- Let a verb module add what must be in a snapshot of its subject.
function reader.extend(module)
	of_route[#of_route + 1] = module.route_facts
	of_region[#of_region + 1] = module.region_facts
	of_session[#of_session + 1] = module.session_facts
end

--- The number of notes of a MIDI region; nil for audio.
function reader.n_notes(region)
	local midi_region = region:to_midiregion()
	if midi_region:isnil() then
		return nil
	end
	return ARDOUR.LuaAPI.note_list(midi_region:model()):size()
end

-- The place of a tick or a sample, remembered in `places`: many regions begin and end together.
local function place_of(position, samples, places)
	local is_beats = position:is_beats()
	local known = is_beats and places.of_ticks or places.of_samples
	local at = is_beats and position:ticks() or samples
	local place = known[at]
	if not place then
		place = is_beats and timeline.place_at(at) or timeline.place_at_sample(at)
		known[at] = place
	end
	return place
end

local function region_facts(region, places)
	local position = region:position()
	local samples = position:samples()
	local facts = {
		id = ids.of(region),
		name = region:name(),
		position_samples = samples,
		length_samples = (position + region:length()):samples() - samples,
		start = place_of(position, samples, places),
		n_notes = reader.n_notes(region),
	}
	for _, add in ipairs(of_region) do
		add(region, facts)
	end
	return facts
end

local function comes_before(one, other)
	return one.position_samples < other.position_samples
		or (one.position_samples == other.position_samples and one.id < other.id)
end

local function regions(route, places)
	local list = json.array()
	for i, region in ipairs(strips.regions(route)) do
		list[i] = region_facts(region, places)
	end
	table.sort(list, comes_before)
	return list
end

local function is_armed(route)
	local control = route:rec_enable_control()
	return not control:isnil() and control:get_value() > 0
end

local function route_facts(route, places)
	local facts = {
		id = ids.of(route),
		name = route:name(),
		kind = strips.kind(route),
		colour = string.format("#%06x", route:presentation_info_ptr():color() >> 8 & 0xFFFFFF),
		gain_db = strips.gain_db(route),
		pan = strips.pan(route),
		is_muted = route:muted(),
		is_soloed = route:soloed(),
		is_record_armed = is_armed(route),
		processors = processors.facts(route),
		regions = regions(route, places),
	}
	for _, add in ipairs(of_route) do
		add(route, facts)
	end
	return facts
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

-- What is selected passes, whoever adds it to the facts.
local function split_selection(facts)
	local selected = {}
	for name, value in pairs(facts) do
		selected[name] = name:match("^selected_") and value or nil
	end
	for name in pairs(selected) do
		facts[name] = nil
	end
	return facts, selected
end

--- What is music in the session, all that its revision stands for; not the playhead, the selection, nor its name.
-- Returns as well what the verb modules told of the selection: facts whose names begin with `selected_`.
function reader.music(session, editor)
	local facts = {
		sample_rate_hz = math.tointeger(session:nominal_sample_rate()),
		tempo_map = tempo_map(),
		markers = reader.markers(session),
		routes = json.array(),
	}
	local places = { of_ticks = {}, of_samples = {} }
	for i, route in ipairs(strips.all(session)) do
		facts.routes[i] = route_facts(route, places)
	end
	for _, add in ipairs(of_session) do
		add(session, editor, facts)
	end
	return split_selection(facts)
end

--- Add what passes to some facts: where the session lies, where the transport stands, what is selected.
function reader.add_passing(session, editor, facts)
	for name, value in pairs(reader.transport(session)) do
		facts[name] = value
	end
	facts.ardour_version = reader.ardour_version()
	facts.name = session:name()
	facts.folder = session:path()
	facts.selected_routes = reader.selected_routes(session)
	facts.selected_range = reader.selected_range(editor)
	return facts
end

--- The whole session in one go, as one table.
function reader.snapshot(session, editor)
	local facts, selected = reader.music(session, editor)
	for name, value in pairs(reader.add_passing(session, editor, selected)) do
		facts[name] = value
	end
	return facts
end

return reader
