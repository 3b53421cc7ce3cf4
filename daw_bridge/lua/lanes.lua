-- Automation lanes: the points of a control over time, read and written whole.
-- A lane's points are rows of place and value, "0 1;48000 0.5": places in samples, or in Ardour's ticks where the lane
-- follows the tempo; values as Ardour keeps them.

local lanes = {}

-- Ardour draws a lane anew for each point that is added, and finds each point's place by walking along the others. A
-- point before the start of time is not drawn, and drawing ends at a point that lies beyond the end of time.

local modes = { manual = "Off", write = "Write", touch = "Touch", play = "Play", latch = "Latch" }
local interpolations = { "discrete", "linear", "curved", "logarithmic", "exponential" } -- Ardour counts them from 0

local function place_of(event, in_beats)
	return in_beats and event.when:ticks() or event.when:samples()
end

local function time_of(place, in_beats)
	return in_beats and Temporal.timepos_t.from_ticks(place) or Temporal.timepos_t(place)
end

local function number_text(value)
	local short = string.format("%.9g", value)
	return tonumber(short) == value and short or string.format("%.17g", value)
end

--- Points as text; `points` are tables of place and value.
function lanes.text(points)
	local rows = {}
	for i, point in ipairs(points) do
		rows[i] = point[1] .. " " .. number_text(point[2])
	end
	return table.concat(rows, ";")
end

--- The points that a text holds.
function lanes.points(text)
	local points = {}
	for place, value in text:gmatch("(%-?%d+) ([^;]+)") do
		points[#points + 1] = { math.tointeger(place), tonumber(value) }
	end
	return points
end

--- Whether a lane counts its places in beats. Only a point can tell, so a lane without any gets one, and it goes again.
function lanes.is_in_beats(list)
	local is_probe = list:size() == 0
	if is_probe then
		list:editor_add(Temporal.timepos_t(0), 0, false)
	end
	local in_beats
	for event in lists.each(list:events()) do
		in_beats = event.when:is_beats()
		break
	end
	if is_probe then
		list:clear_list()
	end
	return in_beats
end

--- The points of a lane, and whether their places are in beats.
function lanes.read(list)
	local points, in_beats = {}, nil
	if list:size() == 0 then
		return points, false
	end
	for event in lists.each(list:events()) do
		if in_beats == nil then
			in_beats = event.when:is_beats()
		end
		points[#points + 1] = { place_of(event, in_beats), event.value }
	end
	return points, in_beats
end

local function all_events(list, at_most)
	local events = {}
	for event in lists.each(list:events()) do
		events[#events + 1] = event
		if #events == at_most then
			break
		end
	end
	return events
end

-- Make a lane hold as many points as wanted, all beyond the end of time, where they are not drawn. A hundred at once,
-- since Lua's own garbage between the points makes the walks along them several times as slow.
local function grow(list, wanted, in_beats)
	local far = Temporal.timepos_t.max(in_beats and Temporal.TimeDomain.BeatTime or Temporal.TimeDomain.AudioTime)
	local events = all_events(list)
	for i = #events, 1, -1 do
		events[i].when = far
	end
	local missing = wanted - #events
	while missing > 0 do
		local n = math.min(missing, 100)
		for i = 1, n do
			list:editor_add(time_of(-i, in_beats), 0, false)
		end
		local added = all_events(list, n)
		for i = n, 1, -1 do
			added[i].when = far
		end
		missing = missing - n
	end
end

--- Replace all points of a lane; `points` rise in place. 10,000 take 0.2 s, added one by one 8 s.
function lanes.write(list, points, in_beats)
	if #points == 0 or list:size() >= #points then
		list:clear_list()
	end
	if #points == 0 then
		return
	end
	local last = points[#points]
	if #points == 1 then
		list:add(time_of(last[1], in_beats), last[2], false, false)
		return
	end
	grow(list, #points - 1, in_beats)
	local events = all_events(list)
	for k = 1, #points - 1 do -- the first ones first: they go in front of all that is still beyond the end
		events[k].value = points[k][2]
		events[k].when = time_of(points[k][1], in_beats)
	end
	list:editor_add(time_of(last[1], in_beats), last[2], false) -- and this one is noticed
end

--- A short text that is the same for the same points.
function lanes.digest(text)
	local sum = 5381
	for i = 1, #text - 7, 8 do
		sum = sum * 33 ~ string.unpack("<i8", text, i)
	end
	for i = #text - #text % 8 + 1, #text do
		sum = sum * 33 ~ text:byte(i)
	end
	return string.format("%d-%016x", #text, sum)
end

--- How a lane is played, as a request names it.
function lanes.mode(control)
	local state = control:automation_state()
	for name, constant in pairs(modes) do
		if ARDOUR.AutoState[constant] == state then
			return name
		end
	end
	return "manual"
end

--- Whether a control goes by its lane and not by what it is set to.
function lanes.is_played(control)
	local mode = lanes.mode(control)
	return mode == "play" or mode == "touch" or mode == "latch"
end

--- Set how a lane is played; returns whether it now is.
function lanes.set_mode(control, name)
	control:set_automation_state(ARDOUR.AutoState[modes[name]])
	return lanes.mode(control) == name
end

function lanes.interpolation(list)
	return interpolations[list:interpolation() + 1]
end

--- Set how a lane goes from point to point; returns whether it now does.
function lanes.set_interpolation(list, name)
	for i, known in ipairs(interpolations) do
		if known == name then
			list:set_interpolation(i - 1)
		end
	end
	return lanes.interpolation(list) == name
end

--- The lane of a control as plain data; nil where there is nothing to tell.
function lanes.record(control)
	local list = control:alist()
	if list:isnil() or list:size() == 0 and control:automation_state() == ARDOUR.AutoState.Off then
		return nil
	end
	local points, in_beats = lanes.read(list)
	return {
		mode = lanes.mode(control), interpolation = lanes.interpolation(list), is_in_beats = in_beats,
		points = lanes.text(points),
	}
end

--- Give a control the lane of a record; returns whether it then has it.
function lanes.restore(control, record)
	local list = control:alist()
	lanes.set_interpolation(list, record.interpolation)
	if record.points ~= "" and lanes.is_in_beats(list) == record.is_in_beats then
		lanes.write(list, lanes.points(record.points), record.is_in_beats)
	end
	lanes.set_mode(control, record.mode)
	return lanes.text((lanes.read(list))) == record.points and lanes.mode(control) == record.mode
end

-- What a snapshot holds of one lane; nil where there is nothing to tell.
local function lane_facts(target, control)
	local facts = lanes.record(control)
	if facts then
		facts.target = target
	end
	return facts
end

--- The controls of a strip that can be automated: name and control.
function lanes.strip_controls(route)
	local found = {}
	local function offer(name, control)
		if not control:isnil() and control:alist() and not control:alist():isnil() then
			found[#found + 1] = { name, control }
		end
	end
	offer("gain", route:gain_control())
	offer("trim", route:trim_control())
	offer("mute", route:mute_control())
	offer("pan", route:pan_azimuth_control())
	offer("width", route:pan_width_control())
	return found
end

--- What a snapshot holds of the automation of a strip, its plugins and its sends.
function lanes.facts(route)
	local found = json.array()
	for _, named in ipairs(lanes.strip_controls(route)) do
		found[#found + 1] = lane_facts(named[1], named[2])
	end
	for _, processor in ipairs(processors.shown(route)) do
		if processors.is_plugin(processor) then
			local controls = parameters.controls(processor)
			for i, parameter in ipairs(parameters.of(processor)) do
				local lane = controls[i] and lane_facts("", controls[i])
				if lane then
					lane.target = ids.of(processor) .. " " .. parameter.number
					found[#found + 1] = lane
				end
			end
		elseif not processor:to_send():isnil() then
			found[#found + 1] = lane_facts(ids.of(processor) .. " level", processor:to_send():gain_control())
		end
	end
	return found
end

return lanes
