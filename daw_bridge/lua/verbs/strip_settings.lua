-- rename_track, set_colour, move_track, set_channels, arm_track, set_monitor: what a strip is, apart from its mix.

local strip_settings = { operations = {}, inverses = {} }

local monitor_choices = { auto = 0, input = 1, disk = 2, cue = 3 }

local function same_name(session, name, id)
	for _, route in ipairs(strips.all(session)) do
		if route:name() == name and ids.of(route) ~= id then
			return true
		end
	end
	return false
end

-- The playlist that a track plays: Ardour names it after the track, unless it holds or held a region.
local function playlist_of(route)
	local track = route:to_track()
	return not track:isnil() and { id = ids.of(track:playlist()), name = track:playlist():name() } or nil
end

function strip_settings.operations.rename_track(context, operation)
	local route, id = strips.named(context, operation.route)
	if same_name(context.session, operation.name, id) then
		faults.stop("invalid", "another strip is called " .. operation.name .. " already; choose another name")
	end
	local was, playlist, outcome = route:name(), playlist_of(route), { route_id = id, asked = operation.name }
	local function note_undo(set)
		context.undo_with({ kind = "restore_name", route = id, was = was, playlist = playlist, set = set, key = "name:" .. id })
	end
	note_undo(operation.name)
	route:set_name(operation.name)
	outcome.read_back = route:name()
	if outcome.read_back ~= operation.name then
		if outcome.read_back == was then
			faults.stop("failed", "Ardour did not take the name")
		end
		note_undo(outcome.read_back)
		outcome.reason = "Ardour named it " .. outcome.read_back .. ": the name has characters that names may not have"
	end
	return outcome
end

function strip_settings.inverses.restore_name(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	if route:name() == inverse.was then
		return nil
	end
	if route:name() ~= inverse.set then
		return "it was renamed to " .. route:name() .. " since; left as it is"
	end
	local playlist = inverse.playlist and context.session:playlists():by_id(ids.parse(inverse.playlist.id))
	local is_alike = playlist and not playlist:isnil() and playlist:name() == inverse.set
	route:set_name(inverse.was)
	if is_alike then
		playlist:set_name(inverse.playlist.name)
		playlist:to_stateful():clear_changes()
	end
	return route:name() ~= inverse.was and "the name " .. inverse.was .. " is taken; left as it is" or nil
end

local function colour_of(route)
	return route:presentation_info_ptr():color() >> 8 & 0xFFFFFF
end

function strip_settings.operations.set_colour(context, operation)
	local route, id = strips.named(context, operation.route)
	local colour = strips.colour(operation.colour)
	context.undo_with({ kind = "restore_colour", route = id, was = colour_of(route), set = colour, key = "colour:" .. id })
	tracks.paint(route, colour)
	return { route_id = id, asked = operation.colour, read_back = string.format("#%06x", colour_of(route)) }
end

function strip_settings.inverses.restore_colour(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	if colour_of(route) ~= inverse.set then
		return "the colour of " .. route:name() .. " was changed since; left as it is"
	end
	tracks.paint(route, inverse.was)
	return nil
end

-- All strips, VCAs among them, in their order.
local function in_order(session)
	local list = {}
	for strip in lists.each(session:get_stripables()) do
		if not strip:is_monitor() then
			list[#list + 1] = strip
		end
	end
	table.sort(list, function (one, other)
		return one:presentation_info_ptr():order() < other:presentation_info_ptr():order()
	end)
	return list
end

local function is_route(strip)
	return not strip:to_route():isnil()
end

--- The id of the route behind a route, null where it is the last; VCAs stand among them, and do not count.
function strip_settings.follower(session, id)
	local is_found = false
	for _, strip in ipairs(in_order(session)) do
		if is_found and is_route(strip) then
			return ids.of(strip)
		end
		is_found = is_found or ids.of(strip) == id
	end
	return json.null
end

--- Put a route before another one, or behind the last one where there is none.
-- With every change Ardour numbers all strips anew, so each strip that is to stand behind is sent to the end in turn.
function strip_settings.place_before(session, id, other_id)
	local wanted, moving, place = {}, nil, 1
	for _, strip in ipairs(in_order(session)) do
		if ids.of(strip) == id then
			moving = strip
		else
			wanted[#wanted + 1] = strip
			place = other_id == json.null and is_route(strip) and #wanted + 1 or place
			place = ids.of(strip) == other_id and #wanted or place
		end
	end
	table.insert(wanted, place, moving)
	for i, strip in ipairs(in_order(session)) do
		if ids.of(strip) ~= ids.of(wanted[i]) then
			for j = i, #wanted do
				wanted[j]:set_presentation_order(#wanted + 1000 + j)
			end
			return
		end
	end
end

function strip_settings.operations.move_track(context, operation)
	local route, id = strips.named(context, operation.route)
	local before, other = nil, json.null
	if json.given(operation.before) then
		before, other = strips.named(context, operation.before)
	end
	if other == id then
		faults.stop("invalid", route:name() .. " cannot stand before itself")
	end
	context.undo_with({
		kind = "restore_place", route = id, was = strip_settings.follower(context.session, id), set = other, key = "place:" .. id,
	})
	strip_settings.place_before(context.session, id, other)
	if strip_settings.follower(context.session, id) ~= other then
		faults.stop("failed", "it does not stand where it should")
	end
	local place = before and "before " .. before:name() or "last"
	return { route_id = id, asked = place, read_back = place }
end

function strip_settings.inverses.restore_place(context, inverse)
	if not strips.find(context.session, inverse.route) then
		return nil -- it went with its track
	end
	local now = strip_settings.follower(context.session, inverse.route)
	local is_still_there = inverse.set ~= json.null and strips.find(context.session, inverse.set)
	if is_still_there and now ~= inverse.set then -- what was last may have got company since
		return "it was moved since; left where it is"
	elseif inverse.was ~= json.null and not strips.find(context.session, inverse.was) then
		return "what it stood before is gone; left where it is"
	end
	strip_settings.place_before(context.session, inverse.route, inverse.was)
	return strip_settings.follower(context.session, inverse.route) ~= inverse.was and "Ardour did not put it back" or nil
end

-- Before Ardour 9.3 a new port is told who asked for it; Lua finds out by what else that version brought.
local needs_source = not ARDOUR.MarkerLocatePriority

local function add_port(io)
	local audio = ARDOUR.DataType("audio")
	if needs_source then
		return io:add_port("", nil, audio)
	end
	return io:add_port("", audio)
end

-- Add a port. One that was just removed keeps its name until Lua has dropped it and a thread of Ardour's has deleted it;
-- from 8 on Ardour raises an error till then.
local function add_port_soon(io)
	waiting.until_true(function ()
		local is_done, result = pcall(add_port, io)
		if is_done and result == 0 then
			return true
		end
		collectgarbage()
		return false
	end)
end

-- After each change of ports a thread of Ardour's adds up latencies and walks the ports, and the disk reader's gets the
-- track's buffers anew for as many channels. At 7.3 both do so without a lock (`IO::connected_latency`,
-- `DiskReader::overwrite_existing_audio`) and crash where the ports change again under them.
local function settle()
	ARDOUR.LuaAPI.wait_for_process_callback(2, 500) -- the audio thread tells the disk reader's
	threads.settle("autoconnect")
	threads.settle("butler")
end

--- Give an input or output another number of audio ports, and connect them as a list says.
function strip_settings.resize(session, io, n_channels, connections)
	for _ = io:n_ports():n_audio(), n_channels - 1 do
		settle()
		add_port_soon(io)
	end
	for i = io:n_ports():n_audio() - 1, n_channels, -1 do
		settle()
		io:remove_port(io:audio(i), nil)
	end
	settle()
	return routing.connect(session, io, connections)
end

local function pan_of(route)
	local azimuth, width = controls.of(route, "azimuth"), controls.of(route, "width")
	return { azimuth = azimuth and azimuth:get_value() or nil, width = width and width:get_value() or nil }
end

--- What a strip gives out, to be put back by `restore_outlet`: its audio outputs, what they are connected to, and its pan.
function strip_settings.outlet(session, route)
	local output = route:output()
	return { outputs = routing.of(session, output), n_outputs = output:n_ports():n_audio(), pan = pan_of(route) }
end

local function is_connected(session, io)
	for i = 0, io:n_ports():n_audio() - 1 do
		if #routing.connections(session, io:audio(i)) == 0 then
			return false
		end
	end
	return true
end

--- Make a strip give out what it did; returns the names that could not be connected. `n_before` is how many audio outputs
-- it had until a moment ago: a thread of Ardour's connects what has come to a MIDI track since, and is awaited.
function strip_settings.restore_outlet(session, route, outlet, n_before)
	local output = route:output()
	if output:n_ports():n_audio() > (n_before or math.huge) then
		waiting.until_true(function () return is_connected(session, output) end)
	end
	local missing = strip_settings.resize(session, output, outlet.n_outputs, outlet.outputs)
	for name, value in pairs(outlet.pan) do
		local control = controls.of(route, name)
		if control and control:get_value() ~= value then
			strips.set_control(control, value)
		end
	end
	return missing
end

function strip_settings.operations.set_channels(context, operation)
	local route, id = strips.named(context, operation.route)
	local kind, was = strips.kind(route), route:n_inputs():n_audio()
	if kind ~= "audio_track" and kind ~= "bus" or route:n_inputs():n_midi() > 0 then
		faults.stop("invalid", string.format("%s is a %s; channels are set on audio tracks and audio buses", route:name(), kind))
	end
	local connections = routing.of(context.session, route:input())
	context.undo_with({
		kind = "restore_channels", route = id, was = was, set = operation.n_channels, connections = connections,
		outlet = strip_settings.outlet(context.session, route), polarity = mixer.polarity(route), key = "channels:" .. id,
	})
	strip_settings.resize(context.session, route:input(), operation.n_channels, connections)
	local now = route:n_inputs():n_audio()
	if now ~= operation.n_channels then
		faults.stop("failed", string.format("%s has %d channel(s)", route:name(), now))
	end
	return { route_id = id, asked = tostring(operation.n_channels), read_back = tostring(now) }
end

function strip_settings.inverses.restore_channels(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	if route:n_inputs():n_audio() ~= inverse.set then
		return string.format("%s was given %d channel(s) since; left as it is", route:name(), route:n_inputs():n_audio())
	end
	local missing = strip_settings.resize(context.session, route:input(), inverse.was, inverse.connections)
	local missing_out = strip_settings.restore_outlet(context.session, route, inverse.outlet)
	table.move(missing_out, 1, #missing_out, #missing + 1, missing)
	mixer.set_polarity(route, inverse.polarity)
	return #missing > 0 and "not connected again: " .. table.concat(missing, ", ") or nil
end

function strip_settings.operations.arm_track(context, operation)
	local route, id = strips.named(context, operation.route)
	if not controls.of(route, "record") then
		faults.stop("invalid", route:name() .. " is no track; only tracks record")
	end
	controls.change_switch(context, "route", route, "record", operation.is_armed)
	return { route_id = id, asked = tostring(operation.is_armed), read_back = tostring(operation.is_armed) }
end

function strip_settings.operations.set_monitor(context, operation)
	local route, id = strips.named(context, operation.route)
	if not controls.of(route, "monitor") then
		faults.stop("invalid", route:name() .. " is no track; only tracks have a choice of what is heard")
	end
	local now = controls.change(context, "route", route, "monitor", monitor_choices[operation.mode])
	if now ~= monitor_choices[operation.mode] then
		faults.stop("failed", "the monitoring reads " .. tostring(now))
	end
	return { route_id = id, asked = operation.mode, read_back = strip_settings.monitoring(route) }
end

--- What a track lets hear: auto, input, disk or cue; nil where it is no track.
function strip_settings.monitoring(route)
	local control = controls.of(route, "monitor")
	for mode, choice in pairs(monitor_choices) do
		if control and control:get_value() == choice then
			return mode
		end
	end
	return nil
end

function strip_settings.route_facts(route, facts)
	facts.n_inputs = route:n_inputs():n_audio() + route:n_inputs():n_midi()
	facts.n_outputs = route:n_outputs():n_audio() + route:n_outputs():n_midi()
	facts.monitoring = strip_settings.monitoring(route)
	facts.is_active = route:active()
end

return strip_settings
