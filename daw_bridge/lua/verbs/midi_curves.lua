-- What a MIDI region holds beside notes, as curves: controllers, pitch bend, channel pressure, programs and banks.
-- A curve is named by { kind =, channel =, number = }, channels from 1.

local midi_curves = {}

local types = {
	cc = ARDOUR.AutomationType.MidiCCAutomation,
	pitch_bend = ARDOUR.AutomationType.MidiPitchBenderAutomation,
	channel_pressure = ARDOUR.AutomationType.MidiChannelPressureAutomation,
	program = ARDOUR.AutomationType.MidiPgmChangeAutomation,
}
local kinds = {}
for kind, number in pairs(types) do
	kinds[number] = kind
end
midi_curves.bank_msb, midi_curves.bank_lsb = 0, 32
local tells_per_point = 2
local most_drawn = 4 -- each change of a point makes the editor draw the whole region again

-- The curve of a controller, or nil where the region has none and none is to be made.
local function curve(region, which, may_make)
	local control = region:control(Evoral.Parameter(types[which.kind], which.channel - 1, which.number), may_make)
	return not control:isnil() and control:list() or nil
end

--- Whether a curve stands for programs, or for the banks that they are in.
function midi_curves.is_of_program(which)
	return which.kind == "program" or which.kind == "cc" and (which.number == midi_curves.bank_msb
		or which.number == midi_curves.bank_lsb)
end

-- Points without those that say nothing: Ardour drops them when it loads a file, inside of three or more that are equal.
-- Of programs and banks each says something.
local function plain(which, points)
	local list = {}
	for i, point in ipairs(points) do
		local before, after = points[i - 1], points[i + 1]
		local is_inside = before and after and before.value == point.value and after.value == point.value
		list[#list + 1] = (not is_inside or midi_curves.is_of_program(which)) and point or nil
	end
	local first, second = list[1], list[2]
	if #list == 2 and first.ticks == 0 and second.ticks == 1 and first.value == second.value then
		list[2] = nil -- see `kept`
	end
	return list
end

-- Points as they must be written so that Ardour keeps them: one alone at tick 0 is left out from its second saving on
-- (a search that found it begins behind it: Evoral's ControlList, rt_safe_earliest_event_discrete_unlocked, at 9.8).
local function kept(points)
	local only = #points == 1 and points[1]
	return only and only.ticks == 0 and { only, { ticks = 1, value = only.value } } or points
end

--- The points of a controller in a region, { ticks =, value = } in order, ticks from the source's start.
function midi_curves.read(region, which)
	local list, points = curve(region, which, false), {}
	if list then
		for event in lists.each(list:events()) do
			points[#points + 1] = { ticks = event.when:ticks(), value = math.floor(event.value + 0.5) }
		end
	end
	return plain(which, points)
end

--- Points as text, "ticks value" apart by ";".
function midi_curves.to_text(points)
	local rows = {}
	for i, point in ipairs(points) do
		rows[i] = point.ticks .. " " .. point.value
	end
	return table.concat(rows, ";")
end

--- The points of a text.
function midi_curves.from_text(text)
	local points = {}
	for ticks, value in text:gmatch("(%-?%d+) (%-?%d+)") do
		points[#points + 1] = { ticks = math.tointeger(ticks), value = math.tointeger(value) }
	end
	return points
end

--- The points from one tick to another, both included, and the others.
function midi_curves.within(points, from, to)
	local inside, outside = {}, {}
	for _, point in ipairs(points) do
		local list = point.ticks >= from and point.ticks <= to and inside or outside
		list[#list + 1] = point
	end
	return inside, outside
end

--- Make a curve's points these. `add` puts one into an empty list as it is; `editor_add` the others, where `add` would
-- leave out what lies on a straight line, and add points of its own beside one in the middle.
function midi_curves.write(context, region, which, points)
	local list = curve(region, which, #points > 0)
	if not list then
		return
	end
	local is_drawn = list:size() + #points <= most_drawn
	local pace = note_rows.pace(context, region, #points, tells_per_point)
	note_rows.change(context, region, is_drawn, function ()
		list:clear_list()
		for i, point in ipairs(kept(points)) do
			local when = Temporal.timepos_t.from_ticks(point.ticks)
			if i == 1 then
				list:add(when, point.value, false, false)
			else
				list:editor_add(when, point.value, false)
			end
			pace()
		end
	end)
	local now = midi_curves.to_text(midi_curves.read(region, which))
	if now ~= midi_curves.to_text(points) then
		faults.stop("failed", string.format("%s of %s reads %s", which.kind, region:name(), now:sub(1, 200)))
	end
end

--- The entries of two lists.
function midi_curves.joined(one, other)
	local list = table.move(one, 1, #one, 1, {})
	return table.move(other, 1, #other, #list + 1, list)
end

--- Points in their order, as `read` would tell them once they are written.
function midi_curves.in_order(which, points)
	table.sort(points, function (one, other) return one.ticks < other.ticks end)
	return plain(which, points)
end

--- Return the MIDI region that an operation names, and its id.
function midi_curves.named_region(context, name)
	local region, id = region_state.named(context, name)
	if not note_rows.model_of(region) then
		faults.stop("invalid", region:name() .. " is no MIDI region, so it has no controllers")
	end
	return region, id
end

--- Return the region of an inverse, or nil where it is gone.
function midi_curves.region_of(inverse)
	local persistent = ids.parse(inverse.region)
	local region = persistent and ARDOUR.RegionFactory.region_by_id(persistent)
	return region and not region:isnil() and region or nil
end

--- What an operation answers about a region.
function midi_curves.outcome(context, region, id, asked, read_back)
	local _, route_id = region_state.track_of(context.session, region:playlist())
	return { target_id = id, route_id = route_id, asked = asked, read_back = read_back }
end

--- The names of all curves that a model has, empty ones included.
function midi_curves.parameters(model)
	local found = {}
	local list = model:all_automatable_params()
	for parameter in list:iter() do
		found[#found + 1] = {
			kind = kinds[parameter:type()], channel = parameter:channel() + 1, number = parameter:id(),
		}
	end
	return found
end

return midi_curves
