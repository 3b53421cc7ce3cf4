-- Finding strips by their ids, and what is read of one strip.

local strips = {}

--- All strips in the order in which they stand in the mixer.
function strips.all(session)
	local list, order = {}, {}
	for route in lists.each(session:get_routes()) do
		list[#list + 1] = route
		order[route] = route:presentation_info_ptr():order()
	end
	table.sort(list, function (one, other) return order[one] < order[other] end)
	return list
end

--- Return the strip with this id, or nil.
function strips.find(session, id)
	local persistent = ids.parse(id)
	local route = persistent and session:route_by_id(persistent)
	return route and not route:isnil() and route or nil
end

--- Return the strip that an operation names, and its id: by ref, by id, or by the name that it alone bears.
-- Stops with the nearest match where there is none.
function strips.named(context, name)
	local route = strips.find(context.session, context.refs[name] or name)
	if not route then
		local things = {}
		for i, strip in ipairs(strips.all(context.session)) do
			things[i] = { id = ids.of(strip), name = strip:name(), strip = strip }
		end
		route = names.only("route", name, things).strip
	end
	return route, ids.of(route)
end

--- "In no group", for what makes a track; from Ardour 9 on that is a value of its own, and nil would end the editor.
function strips.no_group()
	local is_made, none = pcall(ARDOUR.RouteGroup)
	return is_made and none or nil
end

--- The number that a colour stands for; stops where the text is no colour.
function strips.colour(text)
	local red, green, blue = text:match("^#(%x%x)(%x%x)(%x%x)$")
	if not red then
		faults.stop("invalid", "a colour is written #rrggbb, got " .. text)
	end
	return tonumber(red .. green .. blue, 16)
end

--- The regions on a strip, in no order; none where it is no track.
function strips.regions(route)
	local list = {}
	local track = route:to_track()
	if not track:isnil() and not track:playlist():isnil() then
		for region in lists.each(track:playlist():region_list()) do
			list[#list + 1] = region
		end
	end
	return list
end

function strips.kind(route)
	if route:is_master() then
		return "master"
	elseif route:is_monitor() then
		return "monitor"
	end
	local track = route:to_track()
	if track:isnil() then
		return "bus"
	end
	return track:to_midi_track():isnil() and "audio_track" or "midi_track"
end

--- Gain in dB; silence is the text "-inf", since JSON has no infinity.
function strips.gain_db(route)
	return levels.db(route:gain_control():get_value())
end

--- Pan from -1 to 1, or nil where the strip has no panner.
function strips.pan(route)
	local azimuth = route:pan_azimuth_control()
	if azimuth:isnil() then
		return nil
	end
	return azimuth:get_value() * 2 - 1
end

--- Set a control and wait until it says so: mutes change in the audio thread. Returns what it then reads.
-- One that writes its automation would put a point there, rolling or not; it does not write meanwhile.
function strips.set_control(control, value)
	local is_writing = control:automation_state() == ARDOUR.AutoState.Write
	if is_writing then
		control:set_automation_state(ARDOUR.AutoState.Off)
	end
	control:set_value(value, PBD.GroupControlDisposition.NoGroup)
	waiting.until_true(function () return math.abs(control:get_value() - value) < 1e-6 end)
	local now = control:get_value()
	if is_writing then
		control:set_automation_state(ARDOUR.AutoState.Write)
	end
	return now
end

return strips
