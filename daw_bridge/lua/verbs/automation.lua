-- write_automation, clear_automation, thin_automation and set_automation_mode: controls that move over time.

local automation = { operations = {}, inverses = {}, readings = {}, leaves_regions = true }

local most_read = 2000
local longest_distance = 100000 -- beats or seconds; what lies beyond Ardour cannot count as beats

-- Where a row stands on a lane: `distance` from `start`, in beats or seconds.
local function placer(operation, in_beats, rate)
	local start = timeline.ticks_at(operation.start)
	if operation.unit == "seconds" then
		local from = timeline.samples_at(start)
		return function (seconds)
			local sample = from + math.floor(seconds * rate + 0.5)
			return in_beats and timeline.ticks_at_sample(sample) or sample
		end
	end
	return function (beats)
		local ticks = start + math.floor(beats * 1920 + 0.5)
		return in_beats and ticks or timeline.samples_at(ticks)
	end
end

local function stop_at_row(row, why)
	faults.stop("invalid", string.format("the point '%s' %s", row, why))
end

-- Read rows of distance and value as points of a lane.
local function asked_points(operation, target, place)
	local points, scale = {}, target.scale
	for row in operation.points:gmatch("[^;\n]+") do
		local distance, text = row:match("^%s*(%S+)%s+(%S+)%s*$")
		local value = text == "-inf" and scale.low == -math.huge and -math.huge or tonumber(text)
		distance = tonumber(distance)
		if not distance or not value then
			stop_at_row(row, "is not a distance and a value")
		elseif distance < 0 or distance > longest_distance or value < scale.low or value > scale.high then
			stop_at_row(row, string.format("must have a distance from 0 to %d and a value within %g and %g (%s)",
				longest_distance, scale.low, scale.high, scale.unit))
		end
		local point = { place(distance), scale.to_own(value) }
		if #points > 0 and point[1] <= points[#points][1] then
			stop_at_row(row, "does not come after the one before it")
		end
		points[#points + 1] = point
	end
	if #points == 0 then
		faults.stop("invalid", "points are rows of a distance and a value, separated by ';', got none")
	end
	return points
end

-- The points of a lane with those from `first` to `last` replaced.
local function merged(before, points, first, last)
	local all = {}
	for _, point in ipairs(before) do
		if point[1] < first then
			all[#all + 1] = point
		end
	end
	table.move(points, 1, #points, #all + 1, all)
	for _, point in ipairs(before) do
		if point[1] > last then
			all[#all + 1] = point
		end
	end
	return all
end

local function need_still(target)
	if target.list:in_write_pass() then
		faults.stop("invalid", target.name .. " is being written now; stop the transport first")
	end
end

-- Replace the points of a lane, remembering those it had; stops if it does not then read as it should.
local function replace(context, target, before, points, in_beats, interpolation)
	local text = lanes.text(points)
	local list = target.list
	local inverse = {
		kind = "restore_automation", key = "automation:" .. target.key, owner = target.owner, is_in_beats = in_beats,
		was = lanes.text(before), was_interpolation = lanes.interpolation(list), set = lanes.digest(text),
	}
	context.undo_with(inverse)
	if interpolation and not lanes.set_interpolation(list, interpolation) then
		faults.stop("failed", target.name .. " cannot go from point to point in the way " .. interpolation)
	end
	lanes.write(list, points, in_beats)
	local now = lanes.text((lanes.read(list)))
	if now ~= text then
		faults.stop("failed", string.format("%s holds %d points, which are not those asked for", target.name, list:size()))
	end
end

function automation.inverses.restore_automation(context, inverse)
	local target = lane_targets.standing(context, inverse.owner)
	if not target then
		return nil -- it went with its track or plugin
	end
	local now = lanes.text((lanes.read(target.list)))
	if now == inverse.was and lanes.interpolation(target.list) == inverse.was_interpolation then
		return nil
	elseif lanes.digest(now) ~= inverse.set then
		return "the automation of " .. target.name .. " was changed since; left as it is"
	end
	lanes.set_interpolation(target.list, inverse.was_interpolation)
	lanes.write(target.list, lanes.points(inverse.was), inverse.is_in_beats)
	return lanes.text((lanes.read(target.list))) ~= inverse.was and "its points did not come back as they were" or nil
end

-- A lane and those whose mode changes with its own: a panner plays all of its lanes or none (Pannable).
local function with_its_like(context, target)
	local list, owner = { target }, target.owner
	local other = owner.route and ({ pan = "width", width = "pan" })[owner.control]
	for _, named in ipairs(other and lanes.strip_controls(strips.find(context.session, owner.route)) or {}) do
		if named[1] == other then
			list[2] = lane_targets.of(context, { route = owner.route, control = other })
		end
	end
	return list
end

-- Set how a lane is played; the value that the control has by hand is part of what is remembered.
local function set_mode(context, target, mode)
	local control = target.control
	local was = lanes.mode(control)
	if was == mode then
		return
	end
	local all, before, in_beats = with_its_like(context, target), {}, {}
	for i, its in ipairs(all) do
		before[i], in_beats[i] = lanes.read(its.list)
	end
	context.undo_with({
		kind = "restore_automation_mode", key = "automation_mode:" .. target.key, owner = target.owner, was = was, set = mode,
		value = control:get_value(),
	})
	if not lanes.set_mode(control, mode) then
		faults.stop("failed", target.name .. " cannot be set to " .. mode)
	end
	for i, its in ipairs(all) do
		local after = lanes.read(its.list)
		if #after ~= #before[i] then -- touch and latch put two points on an empty lane
			context.undo_with({
				kind = "restore_automation", key = "automation:" .. its.key, owner = its.owner, is_in_beats = in_beats[i],
				was = lanes.text(before[i]), was_interpolation = lanes.interpolation(its.list),
				set = lanes.digest(lanes.text(after)),
			})
		end
	end
end

function automation.inverses.restore_automation_mode(context, inverse)
	local target = lane_targets.standing(context, inverse.owner)
	if not target then
		return nil
	end
	local now = lanes.mode(target.control)
	if now ~= inverse.set then
		return "the automation of " .. target.name .. " was set to " .. now .. " since; left as it is"
	end
	lanes.set_mode(target.control, inverse.was)
	local is_moved_a_hair = math.abs(target.control:get_value() - inverse.value) < 1e-5 -- by Ardour's own rounding
	if is_moved_a_hair or (inverse.was == "manual" and inverse.set == "play") then
		strips.set_control(target.control, inverse.value)
	end
	return lanes.mode(target.control) ~= inverse.was and "it could not be set back to " .. inverse.was or nil
end

local function outcome(target, asked, read_back)
	return { route_id = target.route_id, target_id = target.target_id or target.route_id, asked = asked, read_back = read_back }
end

function automation.operations.write_automation(context, operation)
	local target = lane_targets.of(context, operation)
	need_still(target)
	local in_beats = lanes.is_in_beats(target.list)
	local rate = context.session:nominal_sample_rate()
	local points = asked_points(operation, target, placer(operation, in_beats, rate))
	local before = lanes.read(target.list)
	local all = merged(before, points, points[1][1], points[#points][1])
	replace(context, target, before, all, in_beats, json.given(operation.interpolation))
	if operation.is_played and lanes.mode(target.control) ~= "play" then
		set_mode(context, target, "play")
	end
	return outcome(target, string.format("%d points on %s", #points, target.name),
		string.format("%d points in all, mode %s", target.list:size(), lanes.mode(target.control)))
end

function automation.operations.clear_automation(context, operation)
	local target = lane_targets.of(context, operation)
	need_still(target)
	local before, in_beats = lanes.read(target.list)
	local place = placer({ start = { bar = 1, beat = 1, tick = 0 }, unit = "beats" }, in_beats, 0)
	local function limit(at, otherwise)
		return at and place(timeline.ticks_at(at) / 1920) or otherwise
	end
	local first = limit(json.given(operation.start), math.mininteger)
	local stop = limit(json.given(operation["end"]), math.maxinteger)
	local left = merged(before, {}, first, stop - 1)
	if #left < #before then
		replace(context, target, before, left, in_beats)
	end
	return outcome(target, string.format("%d points less on %s", #before - #left, target.name),
		string.format("%d points are left", target.list:size()))
end

function automation.operations.thin_automation(context, operation)
	local target = lane_targets.of(context, operation)
	need_still(target)
	local before, in_beats = lanes.read(target.list)
	local is_stepped = lanes.interpolation(target.list) == "discrete"
	local needed = thinning.needed(before, operation.tolerance, target.scale.from_own, is_stepped)
	if #needed < #before then
		replace(context, target, before, needed, in_beats)
	end
	return outcome(target, string.format("%d points of %d on %s", #needed, #before, target.name),
		string.format("%d points of %d", target.list:size(), #before))
end

function automation.operations.set_automation_mode(context, operation)
	local target = lane_targets.of(context, operation)
	set_mode(context, target, operation.mode)
	return outcome(target, operation.mode, lanes.mode(target.control))
end

-- The points of a lane as they are asked for: beats or seconds from a place, and values in the control's unit.
local function rows_of(target, arguments, rate)
	local points, in_beats = lanes.read(target.list)
	local ticks = timeline.ticks_at(arguments.start or { bar = 1, beat = 1, tick = 0 })
	local origin = timeline.samples_at(ticks)
	local rows, n_before = {}, 0
	for _, point in ipairs(points) do
		local distance
		if arguments.unit == "seconds" then
			distance = ((in_beats and timeline.samples_at(point[1]) or point[1]) - origin) / rate
		else
			distance = ((in_beats and point[1] or timeline.ticks_at_sample(point[1])) - ticks) / 1920
		end
		if distance < 0 then
			n_before = n_before + 1
		elseif #rows < most_read then
			rows[#rows + 1] = string.format("%.6g %.6g", distance, target.scale.from_own(point[2]))
		end
	end
	return rows, #points, n_before
end

--- `route`, `plugin` or `send`, `control`, `start`, `unit`: the points of a lane from a place on, at most 2,000.
function automation.readings.automation(session, _, arguments)
	local target = lane_targets.of({ session = session, refs = {} }, arguments)
	local rows, n_points, n_before = rows_of(target, arguments, session:nominal_sample_rate())
	return {
		name = target.name, value_unit = target.scale.unit, mode = lanes.mode(target.control),
		interpolation = lanes.interpolation(target.list), n_points = n_points, n_before = n_before,
		points = table.concat(rows, ";"), is_cut = #rows + n_before < n_points,
	}
end

-- The facts of a strip that its own lanes move: their names, and the way from Ardour's values.
local moved = {
	gain = { "gain_db", levels.db }, trim = { "trim_db", levels.db },
	pan = { "pan", function (own) return own * 2 - 1 end }, width = { "width", function (own) return own end },
	mute = { "is_muted", function (own) return own >= 0.5 end },
}

--- What a snapshot holds of the automation of a strip. What a played lane moves is told as it is at the lane's first
-- point: where it is just now depends on the playhead, and nobody changed it.
function automation.route_facts(route, facts)
	facts.automation = lanes.facts(route)
	for _, lane in ipairs(facts.automation) do
		local fact, first = moved[lane.target], lane.points:match("^%-?%d+ ([^;]+)")
		if fact and first and lane.mode == "play" then
			facts[fact[1]] = fact[2](tonumber(first))
		end
	end
end

return automation
