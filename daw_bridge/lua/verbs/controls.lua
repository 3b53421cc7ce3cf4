-- The knobs, faders and buttons of strips, VCAs and sends: reading them, setting them, and putting them back.
-- What is read is a control's own value, without what its VCAs add, so that it can be put back exactly.

local controls = { inverses = {} }

local getters = {
	gain = "gain_control", trim = "trim_control", mute = "mute_control", solo = "solo_control",
	solo_isolate = "solo_isolate_control", solo_safe = "solo_safe_control", azimuth = "pan_azimuth_control",
	width = "pan_width_control", record = "rec_enable_control", record_safe = "rec_safe_control",
}
local own_value = { mute = "muted_by_self", solo = "self_soloed" }

--- The control of a strip (a route or a VCA) or a send, or nil where it has none.
function controls.of(object, name)
	local control
	if name == "monitor" then
		local track = object:to_route():to_track()
		control = not track:isnil() and track:monitoring_control() or nil
	else
		control = object[getters[name]](object)
	end
	return control and not control:isnil() and control or nil
end

--- A control's own value.
function controls.value(control, name)
	local question = own_value[name]
	if question then
		return control[question](control) and 1 or 0
	end
	return control:get_value()
end

--- Find the strip or send that an inverse names, or nil where it is gone.
local function owner(session, inverse)
	if inverse.send then
		local id = ids.parse(inverse.send)
		local send = id and session:processor_by_id(id)
		return send and not send:isnil() and send:to_send() or nil
	end
	local id = ids.parse(inverse.route)
	local strip = id and session:stripable_by_id(id)
	return strip and not strip:isnil() and strip or nil
end

local function shown_name(name)
	return (name:gsub("_", " "))
end

local function is_at(control, name, value)
	return math.abs(controls.value(control, name) - value) <= 1e-4
end

-- Ardour sets no control that plays its automation (`AutomationControl::writable`); in touch and latch it plays it until
-- somebody takes hold of the control.
local function require_writable(object, control, name, value)
	if lanes.is_played(control) and math.abs(controls.value(control, name) - value) > 1e-6 then
		faults.stop("invalid", string.format("the %s of %s plays its automation, so it cannot be set; write_automation changes "
			.. "that, set_automation_mode with manual lets go of it", shown_name(name), object:name()))
	end
end

--- Set a control, remembering what it was; returns what it then reads.
-- `kind` is route, vca or send; `object` is the strip or the send.
function controls.change(context, kind, object, name, value)
	local control = controls.of(object, name)
	if not control then
		faults.stop("invalid", object:name() .. " has no " .. shown_name(name))
	end
	require_writable(object, control, name, value)
	local id = ids.of(object)
	context.undo_with({
		kind = kind == "vca" and "restore_vca_control" or "restore_control", [kind] = id, control = name, was = controls.value(control, name), set = value,
		key = name .. ":" .. id,
	})
	strips.set_control(control, value)
	return controls.value(control, name)
end

function controls.inverses.restore_control(context, inverse)
	return controls.restore(owner(context.session, inverse), inverse)
end

--- Put a control of a strip, VCA or send back, unless it was changed since or went with its object.
function controls.restore(object, inverse)
	local control = object and controls.of(object, inverse.control)
	if not control then
		return nil -- it went with its strip
	end
	if not is_at(control, inverse.control, inverse.set) then
		return string.format("the %s of %s was changed since; left as it is", shown_name(inverse.control), object:name())
	end
	strips.set_control(control, inverse.was)
	if not is_at(control, inverse.control, inverse.was) then
		return string.format("the %s of %s %s; left as it is", shown_name(inverse.control), object:name(),
			lanes.is_played(control) and "plays its automation" or "cannot be set any more")
	end
	return nil
end

--- Set a gain in dB; stops where it does not read so afterwards. Returns what was asked and read back, as text.
function controls.change_gain(context, kind, object, name, gain_db)
	local now = levels.db(controls.change(context, kind, object, name, levels.coefficient(gain_db)))
	if not levels.is_same(now, gain_db) then
		faults.stop("failed", string.format("the %s of %s reads %s", name, object:name(), levels.shown(now)))
	end
	return levels.shown(gain_db), levels.shown(now)
end

--- Set a button; stops where it does not read so afterwards.
function controls.change_switch(context, kind, object, name, is_on)
	local now = controls.change(context, kind, object, name, is_on and 1 or 0) > 0
	if now ~= is_on then
		faults.stop("failed", string.format("the %s of %s reads %s", name, object:name(), tostring(now)))
	end
end

return controls
