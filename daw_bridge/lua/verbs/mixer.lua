-- set_fader, set_trim, set_pan, set_width, set_mute, set_solo, set_solo_isolate, set_solo_safe, set_polarity.

local mixer = { operations = {}, inverses = {}, leaves_regions = true }

function mixer.operations.set_fader(context, operation)
	local route, id = strips.named(context, operation.route)
	local asked, now = controls.change_gain(context, "route", route, "gain", operation.gain_db)
	return { route_id = id, asked = asked, read_back = now }
end

function mixer.operations.set_trim(context, operation)
	local route, id = strips.named(context, operation.route)
	local asked, now = controls.change_gain(context, "route", route, "trim", operation.trim_db)
	return { route_id = id, asked = asked, read_back = now }
end

function mixer.operations.set_pan(context, operation)
	local route, id = strips.named(context, operation.route)
	local pan = operation.pan
	if not strips.pan(route) then
		faults.stop("invalid", route:name() .. " has no panner")
	end
	local width = controls.of(route, "width")
	-- a stereo panner at full width cannot move: make room first
	if width and math.abs(width:get_value()) > 1 - math.abs(pan) then
		controls.change(context, "route", route, "width", (1 - math.abs(pan)) * (width:get_value() < 0 and -1 or 1))
	end
	controls.change(context, "route", route, "azimuth", (pan + 1) / 2)
	local now = strips.pan(route)
	if math.abs(now - pan) > 0.005 then
		faults.stop("failed", string.format("the panner reads %.3f", now))
	end
	return { route_id = id, asked = string.format("%.2f", pan), read_back = string.format("%.2f", now) }
end

function mixer.operations.set_width(context, operation)
	local route, id = strips.named(context, operation.route)
	local width = operation.width
	if not controls.of(route, "width") then
		faults.stop("invalid", route:name() .. " has a panner without width; choose Ardour's 'Equal Power Stereo' panner "
			.. "from the panner's menu, or use set_pan")
	end
	local room = 1 - math.abs(strips.pan(route))
	if strips.kind(route) ~= "master" and route:n_inputs():n_audio() == 2 and math.abs(width) > room + 1e-6 then
		faults.stop("invalid", string.format("at pan %.2f the width goes up to %.2f, got %g", strips.pan(route), room, width))
	end
	local now = controls.change(context, "route", route, "width", width)
	if math.abs(now - width) > 0.005 then
		faults.stop("failed", string.format("the width reads %.3f", now))
	end
	return { route_id = id, asked = string.format("%.2f", width), read_back = string.format("%.2f", now) }
end

-- The verbs that press one button of a strip: verb, the control, the operation's field.
for verb, switch in pairs({
	set_mute = { "mute", "is_muted" }, set_solo = { "solo", "is_soloed" },
	set_solo_isolate = { "solo_isolate", "is_isolated" }, set_solo_safe = { "solo_safe", "is_safe" },
}) do
	mixer.operations[verb] = function (context, operation)
		local route, id = strips.named(context, operation.route)
		local is_on = operation[switch[2]]
		controls.change_switch(context, "route", route, switch[1], is_on)
		return { route_id = id, asked = tostring(is_on), read_back = tostring(is_on) }
	end
end

-- Which channels of a strip are turned over, as text: "01" is the second of two.
local function polarity(route)
	local control = route:phase_control()
	if control:isnil() then
		return ""
	end
	local bits = {}
	for channel = 0, route:n_inputs():n_audio() - 1 do
		bits[channel + 1] = control:inverted(channel) and "1" or "0"
	end
	return table.concat(bits)
end

local function set_polarity(route, wanted)
	local control = route:phase_control()
	for channel = 1, #wanted do
		local is_on = wanted:sub(channel, channel) == "1"
		if control:inverted(channel - 1) ~= is_on then
			control:set_phase_invert(channel - 1, is_on)
		end
	end
end

function mixer.operations.set_polarity(context, operation)
	local route, id = strips.named(context, operation.route)
	local was = polarity(route)
	local bit = operation.is_inverted and "1" or "0"
	local channel = operation.channel
	if was == "" then
		faults.stop("invalid", route:name() .. " has no audio channel to turn over")
	elseif channel ~= json.null and channel and channel > #was then
		faults.stop("invalid", string.format("%s has %d channel(s), got channel %d", route:name(), #was, channel))
	end
	local wanted = bit:rep(#was)
	if channel ~= json.null and channel then
		wanted = was:sub(1, channel - 1) .. bit .. was:sub(channel + 1)
	end
	context.undo_with({ kind = "restore_polarity", route = id, was = was, set = wanted, key = "polarity:" .. id })
	set_polarity(route, wanted)
	if polarity(route) ~= wanted then
		faults.stop("failed", "the polarity reads " .. polarity(route))
	end
	return { route_id = id, asked = wanted, read_back = polarity(route) }
end

function mixer.inverses.restore_polarity(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	if polarity(route) ~= inverse.set then
		return "the polarity of " .. route:name() .. " was changed since; left as it is"
	end
	set_polarity(route, inverse.was)
	return nil
end

mixer.polarity, mixer.set_polarity = polarity, set_polarity

function mixer.route_facts(route, facts)
	local width = controls.of(route, "width")
	facts.width = width and width:get_value() or nil
	facts.trim_db = levels.db(route:trim_control():get_value())
	facts.polarity = polarity(route)
	-- the button itself: what a soloed strip feeds counts as soloed too, and after a soloed VCA was removed for ever
	facts.is_soloed = controls.value(route:solo_control(), "solo") > 0
	facts.is_solo_isolated = route:solo_isolate_control():self_solo_isolated()
	facts.is_solo_safe = route:solo_safe_control():solo_safe()
end

return mixer
