-- set_fader, set_pan and set_mute.

local mixer = { operations = {}, inverses = {} }

local function control_named(route, name)
	if name == "gain" then
		return route:gain_control()
	elseif name == "mute" then
		return route:mute_control()
	elseif name == "azimuth" then
		return route:pan_azimuth_control()
	end
	return route:pan_width_control()
end

-- Set one control of a strip, remembering what it was; returns what it then reads.
local function change(context, route, name, value)
	local control = control_named(route, name)
	local was = control:get_value()
	context.undo_with({ kind = "restore_control", route = ids.of(route), control = name, was = was, set = value })
	return strips.set_control(control, value)
end

function mixer.operations.set_fader(context, operation)
	local route, id = strips.named(context, operation.route)
	local gain_db = operation.gain_db
	if gain_db ~= "-inf" and gain_db > 6 then
		faults.stop("invalid", string.format("gain_db must be at most 6, got %g", gain_db))
	end
	local coefficient = gain_db == "-inf" and 0 or ARDOUR.DSP.dB_to_coefficient(gain_db)
	change(context, route, "gain", coefficient)
	local now = strips.gain_db(route)
	local is_as_asked = now == gain_db or (now ~= "-inf" and gain_db ~= "-inf" and math.abs(now - gain_db) < 0.01)
	if not is_as_asked and not (coefficient < 1e-9 and now == "-inf") then
		faults.stop("failed", "the fader reads " .. now .. " dB")
	end
	local function shown(value)
		return value == "-inf" and "-inf dB" or string.format("%.2f dB", value)
	end
	return { route_id = id, asked = shown(gain_db), read_back = shown(now) }
end

function mixer.operations.set_pan(context, operation)
	local route, id = strips.named(context, operation.route)
	local pan = operation.pan
	if pan < -1 or pan > 1 then
		faults.stop("invalid", string.format("pan must be within -1 and 1, got %g", pan))
	end
	if not strips.pan(route) then
		faults.stop("invalid", route:name() .. " has no panner")
	end
	local width = route:pan_width_control()
	-- a stereo panner at full width cannot move: make room first
	if not width:isnil() and width:get_value() > 1 - math.abs(pan) then
		change(context, route, "width", 1 - math.abs(pan))
	end
	change(context, route, "azimuth", (pan + 1) / 2)
	local now = strips.pan(route)
	if math.abs(now - pan) > 0.005 then
		faults.stop("failed", string.format("the panner reads %.3f", now))
	end
	return { route_id = id, asked = string.format("%.2f", pan), read_back = string.format("%.2f", now) }
end

function mixer.operations.set_mute(context, operation)
	local route, id = strips.named(context, operation.route)
	change(context, route, "mute", operation.is_muted and 1 or 0)
	if route:muted() ~= operation.is_muted then
		faults.stop("failed", "the mute reads " .. tostring(route:muted()))
	end
	return { route_id = id, asked = tostring(operation.is_muted), read_back = tostring(route:muted()) }
end

function mixer.inverses.restore_control(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	local control = control_named(route, inverse.control)
	if math.abs(control:get_value() - inverse.set) > 1e-4 then
		return string.format("the %s of %s was changed since; left as it is", inverse.control, route:name())
	end
	strips.set_control(control, inverse.was)
	return nil
end

return mixer
