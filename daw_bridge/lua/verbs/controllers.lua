-- write_controller: controllers, pitch bend and channel pressure inside MIDI regions.

local controllers = { operations = {}, inverses = {} }

local bend_centre = 8192

local limits = { cc = { 0, 127 }, pitch_bend = { -8192, 8191 }, channel_pressure = { 0, 127 } }

local function which_of(operation)
	local number = operation.number
	number = operation.controller == "cc" and number ~= json.null and number or 0
	return { kind = operation.controller, channel = operation.channel, number = number }
end

-- The points of a request, in ticks from the source's start, each place once.
local function parse(region, operation)
	local low, high = table.unpack(limits[operation.controller])
	local from, n_ticks = region:start():ticks(), region:length():ticks()
	local shift = operation.controller == "pitch_bend" and bend_centre or 0
	local by_ticks, points = {}, {}
	for row in operation.points:gmatch("[^;\n]+") do
		local place, text = row:match("^%s*(%S+)%s+(%S+)%s*$")
		local value = math.tointeger(text)
		if place and (not value or value < low or value > high) then
			faults.stop("invalid", string.format("a value of %s is %d to %d, got %s", operation.controller, low, high, text))
		elseif place then
			local ticks = note_rows.start_of(region, place)
			if ticks < 0 or ticks >= n_ticks then
				faults.stop("invalid", place .. " lies outside of " .. region:name())
			end
			by_ticks[ticks + from] = value + shift
		elseif row:find("%S") then
			faults.stop("invalid", "a point is written 'place value', got " .. row)
		end
	end
	for ticks, value in pairs(by_ticks) do
		points[#points + 1] = { ticks = ticks, value = value }
	end
	table.sort(points, function (one, other) return one.ticks < other.ticks end)
	return points
end

-- The first and last tick that a request replaces: what it says, else what its points span, else the whole region.
local function span_of(region, operation, points)
	local from, to = region:start():ticks(), region:start():ticks() + region:length():ticks() - 1
	local position = region:position():ticks() - from
	if operation.start ~= json.null then
		from = math.max(from, timeline.ticks_at(operation.start) - position)
	elseif #points > 0 then
		from = points[1].ticks
	end
	if operation["end"] ~= json.null then
		to = math.min(to, timeline.ticks_at(operation["end"]) - position - 1)
	elseif #points > 0 then
		to = points[#points].ticks
	end
	if #points > 0 and (points[1].ticks < from or points[#points].ticks > to) then
		faults.stop("invalid", "some points lie outside of the span that they replace")
	end
	return from, to
end

local function key_of(id, which)
	return string.format("controller:%s:%s:%d:%d", id, which.kind, which.channel, which.number)
end

function controllers.operations.write_controller(context, operation)
	local region, id = midi_curves.named_region(context, operation.region)
	local which = which_of(operation)
	local points = parse(region, operation)
	local from, to = span_of(region, operation, points)
	local was = midi_curves.read(region, which)
	local inside, outside = midi_curves.within(was, from, to)
	local set = midi_curves.in_order(which, midi_curves.joined(outside, points))
	context.undo_with({
		kind = "restore_controller", key = key_of(id, which), region = id, which = which, from = from, to = to,
		was = midi_curves.to_text(was), set = midi_curves.to_text(set),
	})
	midi_curves.write(context, region, which, set)
	local name = which.kind == "cc" and "controller " .. which.number or which.kind
	return midi_curves.outcome(context, region, id, string.format("%s: %d points in place of %d", name, #points, #inside),
		string.format("%s: %d points in %s", name, #midi_curves.read(region, which), region:name()))
end

function controllers.inverses.restore_controller(context, inverse)
	local region = midi_curves.region_of(inverse)
	if not region then
		return nil -- its controllers went with it
	end
	local now, was = midi_curves.read(region, inverse.which), midi_curves.from_text(inverse.was)
	if midi_curves.to_text(now) == inverse.set then
		midi_curves.write(context, region, inverse.which, was)
		return nil
	end
	local inside, outside = midi_curves.within(now, inverse.from, inverse.to)
	local set_inside = midi_curves.within(midi_curves.from_text(inverse.set), inverse.from, inverse.to)
	if midi_curves.to_text(inside) ~= midi_curves.to_text(set_inside) then
		return string.format("the %s of %s was changed since, and stays as it is", inverse.which.kind, region:name())
	end
	local was_inside = midi_curves.within(was, inverse.from, inverse.to)
	local points = midi_curves.in_order(inverse.which, midi_curves.joined(outside, was_inside))
	midi_curves.write(context, region, inverse.which, points)
	return nil
end

local function curve_text(region, which)
	local from, points = region:start():ticks(), midi_curves.read(region, which)
	for _, point in ipairs(points) do
		point.ticks = point.ticks - from
		point.value = point.value - (which.kind == "pitch_bend" and bend_centre or 0)
	end
	return #points > 0 and midi_curves.to_text(points) or nil
end

--- Add to a region's facts its controllers, "kind channel number: points", one to a line.
function controllers.region_facts(region, facts)
	local model = note_rows.model_of(region)
	if not model then
		return
	end
	local curves = {}
	for _, which in ipairs(midi_curves.parameters(model)) do
		if which.kind and not midi_curves.is_of_program(which) then
			local text = curve_text(region, which)
			curves[#curves + 1] = text and string.format("%s %d %d: %s", which.kind, which.channel, which.number, text)
		end
	end
	table.sort(curves)
	facts.controllers = #curves > 0 and table.concat(curves, "\n") or nil
end

return controllers
