-- Finding strips by their ids, and what is read of one strip.

local strips = {}

--- All strips in the order in which they stand in the mixer.
function strips.all(session)
	local list = {}
	for route in session:get_routes():iter() do
		list[#list + 1] = route
	end
	table.sort(list, function (one, other)
		return one:presentation_info_ptr():order() < other:presentation_info_ptr():order()
	end)
	return list
end

--- Return the strip with this id, or nil.
function strips.find(session, id)
	local persistent = ids.parse(id)
	local route = persistent and session:route_by_id(persistent)
	return route and not route:isnil() and route or nil
end

-- How far one text is from another: 0 is equal (Levenshtein).
local function distance(one, other)
	local row = {}
	for j = 0, #other do
		row[j] = j
	end
	for i = 1, #one do
		local diagonal
		diagonal, row[0] = row[0], i
		for j = 1, #other do
			local cost = one:byte(i) == other:byte(j) and 0 or 1
			diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
		end
	end
	return row[#other]
end

--- Return id and name of the strip whose id or name comes nearest to a wanted id.
function strips.nearest(session, wanted)
	local best, best_distance
	for _, route in ipairs(strips.all(session)) do
		local id, name = ids.of(route), route:name()
		local here = math.min(distance(wanted, id), distance(wanted:lower(), name:lower()))
		if not best or here < best_distance then
			best, best_distance = id .. " (" .. name .. ")", here
		end
	end
	return best
end

--- Return the strip that an operation names, by ref or id; stops with the nearest match where there is none.
function strips.named(context, name)
	local id = context.refs[name] or name
	local route = strips.find(context.session, id)
	if not route then
		faults.stop("not_found", "no route " .. name, {
			target = "route", name = name, nearest = strips.nearest(context.session, name) or json.null,
		})
	end
	return route, id
end

--- The regions on a strip, in no order; none where it is no track.
function strips.regions(route)
	local list = {}
	local track = route:to_track()
	if not track:isnil() and not track:playlist():isnil() then
		for region in track:playlist():region_list():iter() do
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
	local coefficient = route:gain_control():get_value()
	return coefficient > 0 and ARDOUR.DSP.accurate_coefficient_to_dB(coefficient) or "-inf"
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
function strips.set_control(control, value)
	control:set_value(value, PBD.GroupControlDisposition.NoGroup)
	for _ = 1, 200 do
		if math.abs(control:get_value() - value) < 1e-6 then
			break
		end
		ARDOUR.LuaAPI.usleep(2000)
	end
	return control:get_value()
end

return strips
