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

--- The facts of a region; `start` is not yet its place, but what that is found from: ticks, or samples in negative, less one.
function reader.region(region)
	local position, length = region:position(), region:length()
	local samples = position:samples()
	local facts = {
		id = ids.of(region),
		name = region:name(),
		position_samples = samples,
		length_samples = (position + length):samples() - samples,
		start = position:is_beats() and position:ticks() or -samples - 1,
		n_notes = reader.n_notes(region),
	}
	for i = 1, #of_region do
		of_region[i](region, facts)
	end
	return facts
end

local function comes_before(one, other)
	return one.position_samples < other.position_samples
		or (one.position_samples == other.position_samples and one.id < other.id)
end

-- Regions as they were read last, by id, and as text: finding their places and writing them out takes longer than
-- reading them, and in a large session almost all are as they were. It holds as long as the tempo map does.
local last_regions, tempo_text = {}, nil

local function text_of(facts)
	local at = facts.start
	facts.start = at < 0 and timeline.place_at_sample(-at - 1) or timeline.place_at(at)
	local text = json.text(json.encode(facts))
	facts.start = at
	return text
end

local function is_same(one, other)
	local n_facts = 0
	for name, value in next, one do
		if other[name] ~= value then
			return false
		end
		n_facts = n_facts + 1
	end
	for _ in next, other do
		n_facts = n_facts - 1
	end
	return n_facts == 0
end

-- The regions of a strip as JSON texts; `seen` collects what is to be remembered.
local function regions(route, seen)
	local list = json.array()
	for i, region in ipairs(strips.regions(route)) do
		local facts = reader.region(region)
		local last = last_regions[facts.id]
		if not last or not is_same(facts, last.facts) then
			last = { facts = facts, text = text_of(facts) }
		end
		seen[facts.id], list[i] = last, last.facts
	end
	table.sort(list, comes_before)
	for i, facts in ipairs(list) do
		list[i] = seen[facts.id].text
	end
	return list
end

-- What is remembered of regions is of no use under another tempo map.
local function follow_tempo(map)
	local text = json.encode(map)
	if text ~= tempo_text then
		last_regions, tempo_text = {}, text
	end
end

-- The regions of all strips by the strips' ids, while nothing can have changed them.
local regions_now

local function all_regions(session)
	local found, seen = {}, {}
	for _, route in ipairs(strips.all(session)) do
		found[ids.of(route)] = regions(route, seen)
	end
	last_regions = seen
	return found
end

--- Something may change regions, strips or tempo from here on, so they must be read again. In a large session that takes
-- most of the time, so that what touches none of them does without.
function reader.forget_regions()
	regions_now = nil
end

local function is_armed(route)
	local control = route:rec_enable_control()
	return not control:isnil() and control:get_value() > 0
end

local function route_facts(route)
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
	}
	for _, add in ipairs(of_route) do
		add(route, facts)
	end
	return facts
end

--- The markers, by place.
function reader.markers(session)
	local list = json.array()
	for i, location in ipairs(locations.all(session, false)) do
		local samples, kind = location:start():samples(), locations.kind(location)
		list[i] = {
			id = locations.id(location), name = location:name(), kind = kind ~= "marker" and kind or nil,
			position_samples = samples, start = timeline.place_at_sample(samples),
		}
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
			start = timeline.place_at(change.ticks), tempo_bpm = change.tempo_bpm,
			ramps_to_bpm = change.end_bpm ~= change.tempo_bpm and change.end_bpm or nil, beats = change.beats, unit = change.unit,
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

--- The ids of the regions that are selected in the editor, sorted.
function reader.selected_regions(editor)
	local selected = json.array()
	if editor then
		for region in lists.each(editor:get_selection().regions:regionlist()) do
			selected[#selected + 1] = ids.of(region)
		end
	end
	table.sort(selected)
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

--- Ardour's own process (Linux), for whoever must find its windows.
function reader.process()
	return {
		process_id = math.tointeger((files.read("/proc/self/stat") or ""):match("^%d+") or 0),
		display = os.getenv("DISPLAY") or "",
		xauthority = os.getenv("XAUTHORITY") or "",
	}
end

--- Whether the transport records, or rolls towards the place where it will.
function reader.is_recording(session)
	return session:actively_recording() or (session:record_status() ~= 0 and not session:transport_stopped())
end

--- Where the transport stands, without the rest of the session.
function reader.transport(session)
	local samples = session:transport_sample()
	return {
		playhead_samples = samples,
		playhead = timeline.place_at_sample(math.max(samples, 0)),
		is_rolling = not session:transport_stopped(), -- while it fades out it still moves
		is_recording = reader.is_recording(session),
		is_looping = session:get_play_loop(),
		has_metronome = ARDOUR.config():get_clicking(),
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

--- What is music in the session but for its regions, and apart from that what the verb modules told of the selection:
-- facts whose names begin with `selected_`.
function reader.frame(session, editor)
	local facts = {
		sample_rate_hz = math.tointeger(session:nominal_sample_rate()),
		tempo_map = tempo_map(),
		markers = reader.markers(session),
		routes = json.array(),
	}
	for i, route in ipairs(strips.all(session)) do
		facts.routes[i] = route_facts(route)
	end
	for _, add in ipairs(of_session) do
		add(session, editor, facts)
	end
	return split_selection(facts)
end

--- What is music in the session, all that its revision stands for; not the playhead, the selection, nor its name.
-- Returns as well what the verb modules told of the selection.
function reader.music(session, editor)
	local facts, selected = reader.frame(session, editor)
	follow_tempo(facts.tempo_map)
	regions_now = regions_now or all_regions(session)
	for _, route in ipairs(facts.routes) do
		route.regions = regions_now[route.id]
	end
	return facts, selected
end

--- What passes and is no change of the session: which one is open, where the transport stands, what is selected.
-- Reading it costs a fraction of what the whole session does, so that somebody may look many times a second.
function reader.passing(session, editor)
	local facts = reader.transport(session)
	facts.folder = session:path()
	facts.selected_routes = reader.selected_routes(session)
	facts.selected_regions = reader.selected_regions(editor)
	facts.selected_range = reader.selected_range(editor)
	return facts
end

--- Add what passes, and what the session and Ardour are called, to some facts.
function reader.add_passing(session, editor, facts)
	for name, value in pairs(reader.passing(session, editor)) do
		facts[name] = value
	end
	facts.ardour_version = reader.ardour_version()
	facts.name = session:name()
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
