-- add_range, edit_range, delete_range, set_loop and set_punch: stretches of the timeline.

local ranges = { operations = {}, inverses = {}, finders = {} }

function ranges.finders.range(context, name)
	return locations.named(context, name, true)
end

local function span(location)
	return locations.text(location:start()) .. " to " .. locations.text(location:_end())
end

local function shown(location)
	return location:name() .. " from " .. span(location)
end

local function likeness(location)
	return { name = location:name(), from = locations.plain(location:start()), to = locations.plain(location:_end()) }
end

-- The range that is as a likeness says, or nil.
local function like(session, likeness_of_it)
	for _, location in ipairs(locations.all(session, true)) do
		local found = likeness(location)
		if found.name == likeness_of_it.name and locations.is_same(found.from, likeness_of_it.from)
			and locations.is_same(found.to, likeness_of_it.to) then
			return location
		end
	end
	return nil
end

local function check(location, name, from, to)
	if location:name() ~= name or not locations.is_at(location:start(), from) or not locations.is_at(location:_end(), to) then
		faults.stop("failed", "the range reads " .. shown(location))
	end
end

-- Give a location new bounds, locked or not.
local function set_bounds(location, from, to)
	local is_locked = location:locked()
	location:unlock()
	location:set(from, to)
	if is_locked then
		location:lock()
	end
end

--- Add a range between two positions; undo takes it away. Returns the location.
function ranges.put(context, name, from, to)
	local location = context.session:locations():add_range(from, to)
	location:set_name(name)
	local id = locations.id(location)
	context.undo_with({ kind = "remove_range", key = "range:" .. id, set = likeness(location) })
	return location
end

function ranges.operations.add_range(context, operation)
	local from, to = timeline.stretch(operation.start, operation["end"])
	local location = ranges.put(context, operation.name, Temporal.timepos_t(timeline.samples_at(from)),
		Temporal.timepos_t(timeline.samples_at(to)))
	check(location, operation.name, from, to)
	context.refs[operation.ref] = locations.id(location)
	return { target_id = locations.id(location), asked = operation.name, read_back = shown(location) }
end

--- Give a range other bounds or another name; undo gives it back what it had. Returns its new id.
function ranges.change(context, location, from, to, name)
	local was, id = likeness(location), locations.id(location)
	context.undo_with({
		kind = "restore_range", key = "range:" .. id, was = was,
		set = { name = name or was.name, from = locations.plain(from), to = locations.plain(to) },
	})
	set_bounds(location, from, to)
	if name then
		location:set_name(name)
	end
	return locations.follow(context, id, location)
end

local function given(value)
	return value ~= nil and value ~= json.null and value or nil
end

-- The tick that is asked for, or the one where the location is.
local function asked_or(place, position)
	return given(place) and timeline.ticks_at(place) or timeline.ticks_at_sample(position:samples())
end

function ranges.operations.edit_range(context, operation)
	local location = locations.named(context, operation.range, true)
	if location:locked() then
		faults.stop("invalid", "the range " .. location:name() .. " is locked; unlock it in Ardour first")
	end
	local from, to = asked_or(operation.start, location:start()), asked_or(operation["end"], location:_end())
	if from >= to then
		faults.stop("invalid", string.format("the range would go from %s to %s; its end must come after its start",
			timeline.text(timeline.place_at(from)), timeline.text(timeline.place_at(to))))
	end
	local start_position = given(operation.start) and locations.like(location:start(), from) or location:start()
	local end_position = given(operation["end"]) and locations.like(location:_end(), to) or location:_end()
	local name = given(operation.name)
	local id = ranges.change(context, location, start_position, end_position, name)
	check(location, name or location:name(), from, to)
	return { target_id = id, asked = name or "other bounds", read_back = shown(location) }
end

--- Take a range away; undo puts one like it in its place.
function ranges.remove(context, location)
	local was = likeness(location)
	if location:flags() & ~ARDOUR.LocationFlags.IsRangeMarker ~= 0 then
		faults.stop("invalid", location:name() .. " is more than a range (a CD track or a skip), which Lua could not bring back; "
			.. "delete it in Ardour")
	end
	context.undo_with({ kind = "return_range", key = "range:" .. locations.id(location), was = was, is_locked = location:locked() })
	location:unlock()
	context.session:locations():remove(location)
end

function ranges.operations.delete_range(context, operation)
	local location = locations.named(context, operation.range, true)
	local id, text, n_before = locations.id(location), shown(location), #locations.all(context.session, true)
	ranges.remove(context, location)
	if #locations.all(context.session, true) >= n_before then -- another one may bear the same name at the same place
		faults.stop("failed", text .. " is still there")
	end
	return { target_id = id, asked = "no range " .. text, read_back = "gone" }
end

function ranges.inverses.remove_range(context, inverse)
	local location = like(context.session, inverse.set)
	if not location then
		return "the range " .. inverse.set.name .. " was moved, renamed or deleted since; left as it is"
	end
	location:unlock()
	context.session:locations():remove(location)
	return nil
end

function ranges.inverses.restore_range(context, inverse)
	local was = inverse.was
	local location = like(context.session, inverse.set)
	if not location then
		return not like(context.session, was)
			and "the range " .. was.name .. " was changed since; left as it is" or nil
	end
	set_bounds(location, locations.position(was.from), locations.position(was.to))
	location:set_name(was.name)
	return nil
end

function ranges.inverses.return_range(context, inverse)
	local was = inverse.was
	local location = context.session:locations():add_range(locations.position(was.from), locations.position(was.to))
	location:set_name(was.name)
	if inverse.is_locked then
		location:lock()
	end
	return nil
end

-- loop and punch ---------------------------------------------------------------------------------

local function bounds_of(location)
	return location and { from = locations.plain(location:start()), to = locations.plain(location:_end()) } or json.null
end

local function is_same(one, other)
	if one == json.null or other == json.null then
		return one == other
	end
	return locations.is_same(one.from, other.from) and locations.is_same(one.to, other.to)
end

local function is_same_buttons(one, other)
	return one[1] == other[1] and one[2] == other[2]
end

-- What loop and punch have in common: the one location, and how the editor makes it.
local kinds = {
	loop = {
		find = function (session) return session:locations():auto_loop_location() end,
		make = function (editor, from, to) editor:set_loop_range(from, to, "set loop range") end,
	},
	punch = {
		find = function (session) return session:locations():auto_punch_location() end,
		make = function (editor, from, to) editor:set_punch_range(from, to, "set punch range") end,
	},
}

local function put_bounds(context, kind, from, to)
	local location = kind.find(context.session)
	if location then
		set_bounds(location, from, to)
		return
	end
	faults.require_editor(context, "making the range")
	history.without_entry(context.session, "set range", function ()
		kind.make(context.editor, from, to)
	end)
end

-- Set loop or punch between two places; undo puts it back or takes it away.
local function set_kind(context, name, operation)
	local kind = kinds[name]
	local from, to = timeline.stretch(operation.start, operation["end"])
	local from_position, to_position = Temporal.timepos_t(timeline.samples_at(from)), Temporal.timepos_t(timeline.samples_at(to))
	context.undo_with({
		kind = "restore_" .. name, key = name, was = bounds_of(kind.find(context.session)),
		set = { from = locations.plain(from_position), to = locations.plain(to_position) },
	})
	put_bounds(context, kind, from_position, to_position)
	local location = kind.find(context.session)
	if not location or not locations.is_at(location:start(), from) or not locations.is_at(location:_end(), to) then
		faults.stop("failed", "the " .. name .. " range reads " .. (location and span(location) or "as not there"))
	end
	return { asked = timeline.text(operation.start) .. " to " .. timeline.text(operation["end"]), read_back = span(location) }
end

local function restore_kind(context, name, inverse)
	local kind = kinds[name]
	local now = bounds_of(kind.find(context.session))
	if is_same(now, inverse.was) then
		return nil
	elseif not is_same(now, inverse.set) then
		return "the " .. name .. " range was changed since; left as it is"
	elseif inverse.was == json.null then
		context.session:locations():remove(kind.find(context.session))
		return nil
	end
	put_bounds(context, kind, locations.position(inverse.was.from), locations.position(inverse.was.to))
	return nil
end

function ranges.operations.set_loop(context, operation)
	return set_kind(context, "loop", operation)
end

function ranges.inverses.restore_loop(context, inverse)
	return restore_kind(context, "loop", inverse)
end

local function punch_buttons(session)
	return json.array({ session:cfg():get_punch_in(), session:cfg():get_punch_out() })
end

local function press_punch(session, buttons)
	session:cfg():set_punch_in(buttons[1])
	session:cfg():set_punch_out(buttons[2])
end

function ranges.operations.set_punch(context, operation)
	local session = context.session
	local outcome = set_kind(context, "punch", operation)
	local set = json.array({ operation.is_in, operation.is_out })
	context.undo_with({ kind = "restore_punch_buttons", key = "punch:buttons", was = punch_buttons(session), set = set })
	press_punch(session, set)
	if not is_same_buttons(punch_buttons(session), set) then
		faults.stop("failed", "Ardour did not take punch in and out as asked")
	end
	outcome.read_back = string.format("%s, in %s, out %s", outcome.read_back, set[1] and "on" or "off", set[2] and "on" or "off")
	return outcome
end

function ranges.inverses.restore_punch(context, inverse)
	return restore_kind(context, "punch", inverse)
end

function ranges.inverses.restore_punch_buttons(context, inverse)
	local now = punch_buttons(context.session)
	if not is_same_buttons(now, inverse.set) and not is_same_buttons(now, inverse.was) then
		return "punch in or out was switched since; left as it is"
	end
	press_punch(context.session, inverse.was)
	return nil
end

--- Where and how recording punches, as plain data.
function ranges.punch(session)
	return { bounds = bounds_of(kinds.punch.find(session)), buttons = punch_buttons(session) }
end

--- Let recording punch as `ranges.punch` told.
function ranges.put_punch(context, punch)
	local location = kinds.punch.find(context.session)
	if punch.bounds ~= json.null then
		put_bounds(context, kinds.punch, locations.position(punch.bounds.from), locations.position(punch.bounds.to))
	elseif location then
		context.session:locations():remove(location)
	end
	press_punch(context.session, punch.buttons)
end

-- what a snapshot holds --------------------------------------------------------------------------

local function stretch(location)
	local from, to = location:start():samples(), location:_end():samples()
	return {
		start_samples = from, end_samples = to,
		start = timeline.place_at_sample(from), ["end"] = timeline.place_at_sample(to),
	}
end

--- Add the ranges, by place, and loop and punch where there are any.
function ranges.session_facts(session, _, facts)
	facts.ranges = json.array()
	for i, location in ipairs(locations.all(session, true)) do
		local entry = stretch(location)
		entry.id, entry.name = locations.id(location), location:name()
		facts.ranges[i] = entry
	end
	table.sort(facts.ranges, function (one, other)
		return one.start_samples < other.start_samples or (one.start_samples == other.start_samples and one.id < other.id)
	end)
	local loop, punch = kinds.loop.find(session), kinds.punch.find(session)
	facts.loop = loop and stretch(loop) or nil
	facts.punch = punch and stretch(punch) or nil
	local buttons = punch_buttons(session)
	facts.is_punch_in, facts.is_punch_out = buttons[1] or nil, buttons[2] or nil
end

return ranges
