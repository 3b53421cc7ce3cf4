-- add_marker, add_section, move_marker, rename_marker and delete_marker: named places on the timeline.

local markers = { operations = {}, inverses = {}, requires = {}, finders = {} }

markers.requires.add_section = {
	probe = function () return ARDOUR.LocationFlags.IsSection ~= nil end,
	since = "8.0", reason = "this Ardour has no arrangement sections; add_marker and add_range do",
}

function markers.finders.marker(context, name)
	return locations.named(context, name, false)
end

local function shown(location)
	return location:name() .. " at " .. locations.text(location:start())
end

local function put_at(location, position)
	local is_locked = location:locked()
	location:unlock()
	location:move_to(position)
	if is_locked then
		location:lock()
	end
end

-- Have Ardour add a marker, under a name of its own; nil where it adds none.
local function try_to_add(context, position, flags)
	local session = context.session
	local known, known_list = {}, locations.all(session, false)
	for _, location in ipairs(known_list) do
		known[location:name()] = true
	end
	history.without_entry(session, "add marker", function ()
		context.editor:mouse_add_new_marker(position, flags, 0)
	end)
	for _, location in ipairs(locations.all(session, false)) do
		if not known[location:name()] then
			return location
		end
	end
	return nil
end

-- A place beyond all markers, counted as another one is.
local function free_place(session, position)
	local last = 0
	for _, location in ipairs(locations.all(session, false)) do
		last = math.max(last, location:start():samples())
	end
	local place = Temporal.timepos_t(last + math.tointeger(session:nominal_sample_rate()))
	return position:is_beats() and Temporal.timepos_t.from_ticks(place:ticks()) or place
end

-- Add a marker and return it. From 8 on Ardour adds none where one of its kind is; it may be moved there.
local function add(context, position, flags)
	local location = try_to_add(context, position, flags)
	if not location then
		location = try_to_add(context, free_place(context.session, position), flags)
			or faults.stop("failed", "Ardour added no marker")
		put_at(location, position)
	end
	return location
end

local function remember_made(context, location)
	local id = locations.id(location)
	context.undo_with({
		kind = "remove_marker", key = "marker:" .. id, name = location:name(), samples = location:start():samples(),
		at = locations.plain(location:start()),
	})
end

local function check(location, name, ticks)
	if location:name() ~= name or not locations.is_at(location:start(), ticks) then
		faults.stop("failed", "the marker reads " .. shown(location))
	end
end

--- Add a marker of given flags at a position and give it its name; undo takes it away. Returns the location.
function markers.put(context, name, position, flags)
	local location = add(context, position, flags)
	location:set_name(name)
	remember_made(context, location)
	return location
end

local function add_named(context, operation, flags)
	faults.require_editor(context, "adding a marker")
	local ticks = timeline.ticks_at(operation.at)
	local location = markers.put(context, operation.name, Temporal.timepos_t.from_ticks(ticks), flags)
	check(location, operation.name, ticks)
	context.refs[operation.ref] = locations.id(location)
	return {
		target_id = locations.id(location), read_back = shown(location),
		asked = operation.name .. " at " .. timeline.text(operation.at),
	}
end

function markers.operations.add_marker(context, operation)
	return add_named(context, operation, ARDOUR.LocationFlags.IsMark)
end

function markers.operations.add_section(context, operation)
	return add_named(context, operation, ARDOUR.LocationFlags.IsMark | ARDOUR.LocationFlags.IsSection)
end

local function likeness(location)
	return { name = location:name(), at = locations.plain(location:start()) }
end

--- Give a marker another place or name; undo gives it back what it had.
function markers.change(context, location, position, name)
	local old_id = locations.id(location)
	local was = likeness(location)
	local set = { name = name or was.name, at = position and locations.plain(position) or was.at }
	context.undo_with({ kind = "restore_marker", key = "marker:" .. old_id, was = was, set = set })
	if position then
		put_at(location, position)
	end
	if name then
		location:set_name(name)
	end
	return locations.follow(context, old_id, location)
end

function markers.operations.move_marker(context, operation)
	local location = locations.named(context, operation.marker, false)
	local ticks = timeline.ticks_at(operation.at)
	if location:locked() then
		faults.stop("invalid", "the marker " .. location:name() .. " is locked; unlock it in Ardour first")
	end
	local id = markers.change(context, location, locations.like(location:start(), ticks))
	check(location, location:name(), ticks)
	return { target_id = id, asked = "at " .. timeline.text(operation.at), read_back = shown(location) }
end

function markers.operations.rename_marker(context, operation)
	local location = locations.named(context, operation.marker, false)
	local id = markers.change(context, location, nil, operation.name)
	if location:name() ~= operation.name then
		faults.stop("failed", "the marker reads " .. shown(location))
	end
	return { target_id = id, asked = operation.name, read_back = shown(location) }
end

--- Take a marker away; undo puts one like it in its place.
function markers.remove(context, location)
	if locations.kind(location) == "cue" then
		faults.stop("invalid", location:name() .. " is a cue marker, which Lua could not bring back; delete it in Ardour")
	end
	local was = likeness(location)
	context.undo_with({
		kind = "return_marker", key = "marker:" .. locations.id(location), was = was, flags = location:flags(),
		is_locked = location:locked(),
	})
	location:unlock()
	context.session:locations():remove(location)
end

function markers.operations.delete_marker(context, operation)
	faults.require_editor(context, "deleting a marker so that it can come back")
	local location = locations.named(context, operation.marker, false)
	local id, text, n_before = locations.id(location), shown(location), #locations.all(context.session, false)
	markers.remove(context, location)
	if #locations.all(context.session, false) >= n_before then -- another one may bear the same name at the same place
		faults.stop("failed", text .. " is still there")
	end
	return { target_id = id, asked = "no marker " .. text, read_back = "gone" }
end

-- The marker that a change set left with a name at a place; also where it was moved by hand since, if there is no doubt.
local function standing(session, name, at)
	local named, n_named = nil, 0
	for _, location in ipairs(locations.all(session, false)) do
		if location:name() == name then
			if locations.is_same(locations.plain(location:start()), at) then
				return location, true
			end
			named, n_named = location, n_named + 1
		end
	end
	return n_named == 1 and named or nil, false
end

function markers.inverses.remove_marker(context, inverse)
	local location = standing(context.session, inverse.name, inverse.at)
	if not location then
		return "the marker " .. inverse.name .. " was already gone"
	end
	location:unlock()
	context.session:locations():remove(location)
	return nil
end

function markers.inverses.restore_marker(context, inverse)
	local was, set = inverse.was, inverse.set
	local location, is_there = standing(context.session, set.name, set.at)
	if not is_there then
		if select(2, standing(context.session, was.name, was.at)) then
			return nil
		end
		return "the marker " .. set.name .. (location and " was moved since; left where it is" or " is gone")
	end
	put_at(location, locations.position(was.at))
	location:set_name(was.name)
	return nil
end

function markers.inverses.return_marker(context, inverse)
	faults.require_editor(context, "bringing a marker back")
	local location = add(context, locations.position(inverse.was.at), inverse.flags)
	location:set_name(inverse.was.name)
	if inverse.is_locked then
		location:lock()
	end
	return nil
end

return markers
