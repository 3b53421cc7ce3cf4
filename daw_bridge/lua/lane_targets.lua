-- What automation moves: a strip's level, place or mute, the level of a send, or a plugin's parameter.

local lane_targets = {}

local function identity(value)
	return value
end

-- How the values of a control are written by those who ask: unit, bounds, and the way to Ardour's own and back.
local level = {
	to_own = function (db) return db == -math.huge and 0 or ARDOUR.DSP.dB_to_coefficient(db) end,
	from_own = function (own) return own > 0 and ARDOUR.DSP.accurate_coefficient_to_dB(own) or -math.huge end,
}
local scales = {
	gain = level, trim = level,
	pan = { unit = "-1 left to 1 right", low = -1, high = 1,
		to_own = function (pan) return (pan + 1) / 2 end, from_own = function (own) return own * 2 - 1 end },
	width = { unit = "-1 to 1", low = -1, high = 1, to_own = identity, from_own = identity },
	mute = { unit = "1 muted, 0 not", low = 0, high = 1, to_own = identity, from_own = identity },
}

local function level_of(control)
	return {
		unit = "dB", low = control:lower() > 0 and level.from_own(control:lower()) - 1e-6 or -math.huge,
		high = level.from_own(control:upper()) + 1e-6, to_own = level.to_own, from_own = level.from_own,
	}
end

local function strip_target(context, name, control_name)
	local route, id = strips.named(context, name)
	local known = {}
	for i, named in ipairs(lanes.strip_controls(route)) do
		known[i] = named[1]
		if named[1] == control_name then
			local scale = scales[control_name] == level and level_of(named[2]) or scales[control_name]
			return { control = named[2], scale = scale, route_id = id, name = control_name .. " of " .. route:name(),
				owner = { route = id, control = control_name } }
		end
	end
	return names.stop_unknown_text("automatable control of " .. route:name(), control_name, known)
end

local function plugin_target(context, name, parameter_name)
	local processor, route, id = processors.named(context, name)
	local parameter = parameters.named(processor, parameter_name)
	return {
		control = parameters.control(processor, parameter), route_id = ids.of(route), target_id = id,
		scale = { unit = parameter.unit, low = parameter.low, high = parameter.high, to_own = identity, from_own = identity },
		name = parameter.name .. " of " .. processor:display_name(),
		owner = { plugin = id, control = tostring(parameter.number) },
	}
end

local function send_target(context, name)
	local send, route = sends.named(context, name)
	local id, control = ids.of(send), send:gain_control()
	return {
		control = control, scale = level_of(control), route_id = ids.of(route), target_id = id,
		name = "level of " .. send:display_name(), owner = { send = id, control = "level" },
	}
end

--- What an operation, a reading or an inverse is about: control, its lane, and how its values are written.
function lane_targets.of(context, asked)
	local found
	if json.given(asked.plugin) then
		found = plugin_target(context, asked.plugin, asked.control)
	elseif json.given(asked.send) then
		found = send_target(context, asked.send)
	else
		found = strip_target(context, asked.route, asked.control)
	end
	found.list = found.control:alist()
	local owner = found.owner
	found.key = (owner.route or owner.plugin or owner.send) .. ":" .. owner.control
	return found
end

--- What an inverse is about, or nil where it is gone.
function lane_targets.standing(context, owner)
	local is_there
	if owner.route then
		is_there = strips.find(context.session, owner.route)
	else
		is_there = processors.find(context.session, owner.plugin or owner.send)
	end
	if not is_there then
		return nil
	end
	return lane_targets.of(context, {
		route = owner.route, plugin = owner.plugin, send = owner.send,
		control = owner.control,
	})
end

return lane_targets
