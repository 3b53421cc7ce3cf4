-- add_midi_track, add_audio_track, add_bus, and taking tracks away again.

local tracks = { operations = {}, inverses = {}, finders = { route = strips.named } }

local function first(session, list)
	for track in list:iter() do
		return track
	end
	if not session:engine():running() then
		faults.stop("failed", "Ardour made no track, because its audio engine is not running; start it in Window > Audio/MIDI Setup")
	end
	-- the ports of a track of the same name that was just removed are given back a little later
	faults.stop("busy", "Ardour made no track; it is still busy, or the name cannot be used")
end

-- Whether ports of a strip that is gone still stand under a name; colons and the like are none in the names of ports.
local function is_held(session, name)
	local start = ":" .. name:gsub('[<>:"/\\|?*]', "_") .. "/"
	for _, data_type in ipairs({ "audio", "midi" }) do
		local _, answer = session:engine():get_backend_ports("", ARDOUR.DataType(data_type), 0, C.StringVector())
		for port in answer[4]:iter() do
			if port:find(start, 1, true) then
				return true
			end
		end
	end
	return false
end

-- Wait until a name can be used again. A removed strip keeps its ports until Lua has dropped it and a thread of Ardour's
-- has deleted them; Ardour 9 ends when it is to make a port that is still there.
local function require_free(session, name)
	local route = session:route_by_name(name)
	if not route:isnil() or not is_held(session, name) then
		return
	end
	collectgarbage()
	if not waiting.until_true(function () return not is_held(session, name) end) then
		faults.stop("busy", "the ports of a removed strip called " .. name .. " are still there")
	end
end

-- The audio outputs of a strip that lead nowhere, although Ardour is set to connect new ones to the master bus.
local function loose_outputs(session, route)
	local output, loose = route:output(), {}
	local master, is_set = session:master_out(), ARDOUR.config():get_output_auto_connect()
	local goes_there = is_set & ARDOUR.AutoConnectOption.AutoConnectMaster ~= 0
	if goes_there and not master:isnil() and master:n_inputs():n_audio() > 0 then
		for i = 0, output:n_ports():n_audio() - 1 do
			loose[#loose + 1] = not output:audio(i):connected() and output:audio(i) or nil
		end
	end
	return loose
end

-- Wait until a new strip is connected to the master bus. A thread of Ardour's does that a moment later; now and then it is
-- not woken (`Session::auto_connect_thread_wakeup`, 7.3 to 9.8), and the strip would stay silent.
local function connected(session, route)
	if not waiting.until_true(function () return #loose_outputs(session, route) == 0 end) then
		local input = session:master_out():input()
		for i, port in ipairs(loose_outputs(session, route)) do
			port:connect(input:audio((i - 1) % input:n_ports():n_audio()):name())
		end
	end
	return route
end

local last = ARDOUR.PresentationInfo.max_order

-- Make a track without the window of its instrument, which Ardour opens from 9 on unless the person's settings say no.
local function without_window(make)
	local config = ArdourUI and ArdourUI.config()
	if not config or not config.open_gui_after_creating_instrument_track then
		return make()
	end
	config.open_gui_after_creating_instrument_track = false
	local is_made, made = pcall(make)
	config.open_gui_after_creating_instrument_track = true
	if not is_made then
		error(made, 0)
	end
	return made
end

function tracks.new_midi_track(session, name, instrument)
	require_free(session, name)
	return connected(session, first(session, without_window(function ()
		return session:new_midi_track(
			-- asking for audio outputs here makes ports that are dropped and made again for the instrument, a race in 7.3
			-- (about 1 in 40 ends with "Port already exists"); with one MIDI output the instrument adds and connects its own
			ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1), ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1), true,
			instrument, nil, strips.no_group(), 1, name, last, ARDOUR.TrackMode.Normal, true
		)
	end)))
end

function tracks.new_audio_track(session, name, n_inputs, n_outputs)
	require_free(session, name)
	return connected(session, first(session, session:new_audio_track(
		n_inputs, n_outputs, strips.no_group(), 1, name, last, ARDOUR.TrackMode.Normal, true
	)))
end

function tracks.new_bus(session, name, kind, n_channels)
	require_free(session, name)
	local flags = ARDOUR.PresentationInfo.Flag
	if kind == "midi" then
		return connected(session, first(session, session:new_midi_route(
			strips.no_group(), 1, name, true, ARDOUR.PluginInfo(), nil, flags.MidiBus, last
		)))
	end
	return connected(session, first(session, session:new_audio_route(
		n_channels, 2, strips.no_group(), 1, name, flags.AudioBus, last
	)))
end

local function instrument_info(id)
	return plugins.find(id) or faults.stop("not_found", "no instrument plugin " .. id .. " in Ardour; install it, or place the parts without", {
		target = "plugin", name = id, nearest = json.null,
	})
end

function tracks.paint(strip, colour)
	strip:presentation_info_ptr():set_color(colour << 8 | 0xFF)
	if strip:presentation_info_ptr():color() >> 8 & 0xFFFFFF ~= colour then
		faults.stop("failed", string.format("Ardour did not take the colour #%06x", colour))
	end
end

-- What every new strip gets: its place in the journal, its ref, its colour.
local function dress(context, route, operation)
	local id = ids.of(route)
	context.undo_with({ kind = "remove_track", route = id, key = "route:" .. id })
	context.refs[operation.ref] = id
	if operation.colour and operation.colour ~= json.null then
		tracks.paint(route, strips.colour(operation.colour))
	end
	local outcome = { route_id = id, asked = operation.name, read_back = route:name() }
	if #loose_outputs(context.session, route) > 0 then
		outcome.status, outcome.reason = "unverified", "it is not connected to the master bus, so nobody hears it; connect it with set_output"
	elseif route:name() ~= operation.name then
		outcome.reason = "Ardour named it " .. route:name() .. ": the name was taken or has characters that names may not have"
	end
	return outcome
end

-- Load a preset by its label. Without it the track is there, but nobody can tell what it plays.
local function load_preset(instrument, label, outcome)
	if label == nil or label == json.null then
		return
	end
	local plugin = instrument:to_plugininsert():plugin(0)
	local preset = plugin:preset_by_label(label)
	if preset and preset.valid and plugins.load_preset(instrument, preset) then
		outcome.read_back = outcome.read_back .. " and preset " .. label
	else
		outcome.status = "unverified"
		outcome.reason = "Ardour knows no preset " .. label .. ", so the instrument may be silent; "
			.. "quit Ardour, run: sideman ardour install, and start it again"
	end
end

function tracks.operations.add_midi_track(context, operation)
	local plugin = operation.instrument_plugin
	local info = plugin ~= json.null and instrument_info(plugin) or ARDOUR.PluginInfo()
	local track = tracks.new_midi_track(context.session, operation.name, info)
	local outcome = dress(context, track, operation)
	local instrument = track:the_instrument()
	if plugin ~= json.null and instrument:isnil() then
		faults.stop("failed", "the track has no instrument; Ardour could not load " .. plugin)
	end
	if not instrument:isnil() then
		outcome.read_back = outcome.read_back .. " with " .. instrument:display_name()
		load_preset(instrument, operation.instrument_preset, outcome)
	end
	return outcome
end

function tracks.operations.add_audio_track(context, operation)
	return dress(context, tracks.new_audio_track(context.session, operation.name, operation.n_channels, 2), operation)
end

function tracks.operations.add_bus(context, operation)
	return dress(context, tracks.new_bus(context.session, operation.name, operation.kind, operation.n_channels), operation)
end

-- The sources that a change set brought into the session, as a set of ids.
local function own_sources(inverses)
	local own = {}
	for _, inverse in ipairs(inverses) do
		if inverse.source then
			own[inverse.source] = true
		end
		for _, source in ipairs(inverse.sources or {}) do
			own[source] = true
		end
	end
	return own
end

-- How many regions on a track come from elsewhere: recorded or dragged there since.
local function n_foreign(route, own)
	local count = 0
	for _, region in ipairs(strips.regions(route)) do
		if not own[ids.of(region:source(0))] then
			count = count + 1
		end
	end
	return count
end

local function has_one_of(group, routes)
	for member in lists.each(group:route_list()) do
		for _, route in ipairs(routes) do
			if ids.of(member) == ids.of(route) then
				return true
			end
		end
	end
	return false
end

-- Select these strips and no others, whatever groups share their selection: what is selected will be removed.
-- Groups of other strips are left alone: now and then Ardour 7.3 ends when it is told of a change of one.
local function select_alone(context, routes)
	local sharing = {}
	for group in lists.each(context.session:route_groups()) do
		if group:is_select() and has_one_of(group, routes) then
			group:set_select(false)
			sharing[#sharing + 1] = group
		end
	end
	local is_done, reason = pcall(selection.set, context, routes)
	for _, group in ipairs(sharing) do
		group:set_select(true)
	end
	if not is_done then
		error(reason, 0)
	end
	local selected, wanted = reader.selected_routes(context.session), {}
	for _, route in ipairs(routes) do
		wanted[ids.of(route)] = true
	end
	for _, id in ipairs(selected) do
		if not wanted[id] then
			faults.stop("failed", "Ardour selected more than what is to be removed, so nothing was removed")
		end
	end
end

--- Take routes out of the session, all in one go. Where Lua may not do it (before Ardour 7.5) the editor does, and asks
--- the person first. Returns whether it is asking now.
function tracks.take_out(context, routes)
	for _, route in ipairs(routes) do
		for _, processor in ipairs(processors.plugins(route)) do
			plugins.settle(processor)
		end
	end
	if context.session.remove_route then
		groups.aside(context.session, function ()
			for _, route in ipairs(routes) do
				context.session:remove_route(route)
			end
		end)
		return false
	end
	faults.require_editor(context, "removing tracks in this Ardour")
	select_alone(context, routes)
	context.editor:remove_tracks()
	return true
end

-- Let go of the names of a track's playlists when it goes for good: from 8 on Ardour keeps the playlists, and a track that
-- is made again would get one of another name.
local function free_names(session, track)
	for playlist in lists.each(session:playlists():playlists_for_track(track)) do
		if not playlist:shared() then
			playlist:set_name("(unused) " .. ids.of(playlist))
			playlist:to_stateful():clear_changes()
		end
	end
end

--- Remove the tracks that `inverses` name, all in one go, and mark those that are settled; `all` are the change set's.
-- Returns whether the editor is now asking the person about it.
function tracks.remove(context, all, inverses)
	local own, routes = own_sources(all), {}
	for _, inverse in ipairs(inverses) do
		local route = strips.find(context.session, inverse.route)
		local foreign = route and n_foreign(route, own) or 0
		if not route then
			inverse.is_undone = true
		elseif foreign > 0 then
			inverse.is_undone = true
			inverse.note = string.format("%s was kept: it holds %d region(s) that came from elsewhere", route:name(), foreign)
		else
			routes[#routes + 1] = route
			if context.session.remove_route and not route:to_track():isnil() then -- who is asked may say no
				free_names(context.session, route:to_track())
			end
		end
	end
	if #routes == 0 then
		return false
	end
	local is_asking = tracks.take_out(context, routes)
	for _, inverse in ipairs(is_asking and {} or inverses) do
		inverse.is_undone = true
	end
	return is_asking
end

return tracks
