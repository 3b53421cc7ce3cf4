-- add_group, edit_group, remove_group: strips that share their faders, buttons or selection.

local groups = { operations = {}, inverses = {}, finders = {}, leaves_regions = true }

-- What the members of a group can share: our word, and what Ardour calls it.
local shared = {
	gain = "gain", mute = "mute", solo = "solo", record = "recenable", select = "select", active = "route_active",
	colour = "color", monitoring = "monitoring",
}

local function each(session)
	local list = {}
	for group in lists.each(session:route_groups()) do
		list[#list + 1] = group
	end
	return list
end

local function find(session, id)
	for _, group in ipairs(each(session)) do
		if ids.of(group) == id then
			return group
		end
	end
	return nil
end

--- Return the group that an operation names by ref, id or unique name; stops with the nearest match where there is none.
function groups.named(context, name)
	local id, things = context.refs[name] or name, {}
	for i, group in ipairs(each(context.session)) do
		if ids.of(group) == id then
			return group, id
		end
		things[i] = { id = ids.of(group), name = group:name(), group = group }
	end
	local only = names.only("group", name, things)
	return only.group, only.id
end

-- Make an empty group. From 9 on it is not in the session before it is added, and its routes outlive it, which ends Ardour.
local function make(session, name)
	local group = session:new_route_group(name)
	if session.add_route_group then
		session:add_route_group(group)
	end
	return group
end

local function members(group)
	local list = json.array()
	for route in lists.each(group:route_list()) do
		list[#list + 1] = ids.of(route)
	end
	table.sort(list)
	return list
end

local function shares(group)
	local list = json.array()
	for word, name in pairs(shared) do
		if group["is_" .. name](group) then
			list[#list + 1] = word
		end
	end
	table.sort(list)
	return list
end

local function facts_of(group)
	return {
		id = ids.of(group), name = group:name(), colour = string.format("#%06x", group:rgba() >> 8 & 0xFFFFFF),
		routes = members(group), shares = shares(group), is_active = group:is_active(), is_relative = group:is_relative(),
	}
end

-- Make a group be as `facts` say, as far as they say; the name cannot be changed from Lua.
local function apply(session, group, facts)
	for word, name in pairs(facts.shares and shared or {}) do
		local is_on = false
		for _, wanted in ipairs(facts.shares) do
			is_on = is_on or wanted == word
		end
		group["set_" .. name](group, is_on)
	end
	if facts.is_relative ~= nil then
		group:set_relative(facts.is_relative, nil)
	end
	if facts.colour then
		group:set_rgba(strips.colour(facts.colour) << 8 | 0xFF)
	end
	if facts.routes then
		local wanted = {}
		for _, id in ipairs(facts.routes) do
			local route = strips.find(session, id)
			wanted[id] = true
			if route then
				group:add(route)
			end
		end
		for _, id in ipairs(members(group)) do -- last: Ardour removes a group as soon as nobody is left in it
			local route = strips.find(session, id)
			if route and not wanted[id] then
				group:remove(route)
			end
		end
	end
	if facts.is_active ~= nil then
		group:set_active(facts.is_active, nil)
	end
end

-- The group that each of some strips is in now: adding a strip to another one takes it away from there.
local function homes(session, route_ids)
	local list = json.array()
	for _, group in ipairs(each(session)) do
		for _, member in ipairs(members(group)) do
			for _, id in ipairs(route_ids) do
				if id == member then
					list[#list + 1] = { group = ids.of(group), route = id }
				end
			end
		end
	end
	return list
end

local function go_home(session, list)
	for _, home in ipairs(list) do
		local group, route = find(session, home.group), strips.find(session, home.route)
		if group and route then
			group:add(route)
		end
	end
end

-- Dissolve all groups; returns what they were like, by which they can be made again.
local function dissolve(session)
	local list = {}
	for i, group in ipairs(each(session)) do
		list[i] = facts_of(group)
		list[i].is_hidden = group:is_hidden()
		for _, id in ipairs(list[i].routes) do
			group:remove(strips.find(session, id))
		end
	end
	return list
end

--- Take strips out of the session by `remove`. From 9 on no group may be there that a strip was ever in: Ardour's groups
-- go on listening to the controls of removed strips, which ends the editor (`ControlGroup::control_going_away` at 9.8).
function groups.aside(session, remove)
	if not session.add_route_group then
		remove()
		return
	end
	local dissolved = dissolve(session)
	collectgarbage() -- a group goes when Lua holds it no more
	local is_done, reason = pcall(remove)
	for _, facts in ipairs(dissolved) do
		local is_left = false
		for _, id in ipairs(facts.routes) do
			is_left = is_left or strips.find(session, id) ~= nil
		end
		if is_left then
			local group = make(session, facts.name)
			ids.succeed(session, facts.id, group)
			apply(session, group, facts)
			group:set_hidden(facts.is_hidden, nil)
		end
	end
	if not is_done then
		error(reason, 0)
	end
end

-- The ids of those who are to be in a group.
local function route_ids(context, names)
	local list, known = json.array(), {}
	for _, name in ipairs(names) do
		local route, id = strips.named(context, name)
		if route:is_master() then
			faults.stop("invalid", "the master bus cannot be in a group; name the others")
		end
		list[#list + 1] = not known[id] and id or nil
		known[id] = true
	end
	if #list == 0 then
		faults.stop("invalid", "a group has at least one member; to dissolve it use remove_group")
	end
	return list
end

-- Note down the groups that will be gone because all their members move to another one.
local function note_emptied(context, moving, target)
	local is_moving = {}
	for _, id in ipairs(moving) do
		is_moving[id] = true
	end
	for _, group in ipairs(each(context.session)) do
		local id, stays = ids.of(group), false
		for _, member in ipairs(members(group)) do
			stays = stays or not is_moving[member]
		end
		if not stays and id ~= target then
			context.undo_with({ kind = "restore_removed_group", group = id, was = facts_of(group), key = "group:" .. id })
		end
	end
end

-- Which of the wanted facts do not read back.
local function check(group, wanted)
	local now = facts_of(group)
	for name, value in pairs(wanted) do
		if type(value) == "table" then
			table.sort(value)
		end
		if json.encode(now[name]) ~= json.encode(value) then
			faults.stop("failed", string.format("the %s of the group read %s", name, json.encode(now[name])))
		end
	end
	return json.encode(now)
end

function groups.operations.add_group(context, operation)
	local session, wanted = context.session, route_ids(context, operation.routes)
	for _, other in ipairs(each(session)) do
		if other:name() == operation.name then
			faults.stop("invalid", "a group is called " .. operation.name .. " already; choose another name")
		end
	end
	local left = homes(session, wanted)
	note_emptied(context, wanted)
	local group = make(session, operation.name)
	local id = ids.of(group)
	context.undo_with({ kind = "remove_group", group = id, homes = left, key = "group:" .. id })
	context.refs[operation.ref] = id
	if group:name() ~= operation.name then
		faults.stop("failed", "Ardour called the group " .. group:name())
	end
	local facts = { routes = wanted, shares = operation.shares, is_active = true }
	facts.colour = json.given(operation.colour)
	apply(session, group, facts)
	return { target_id = id, asked = operation.name, read_back = check(group, facts) }
end

-- The facts of a group as they are once some of them were changed.
local function merged(was, changes)
	local facts = {}
	for name, value in pairs(was) do
		facts[name] = value
		if changes[name] ~= nil then
			facts[name] = changes[name]
		end
		if type(facts[name]) == "table" then
			table.sort(facts[name])
		end
	end
	return facts
end

function groups.operations.edit_group(context, operation)
	local group, id = groups.named(context, operation.group)
	local was = facts_of(group)
	local facts = {
		shares = json.given(operation.shares), is_active = json.given(operation.is_active),
		colour = json.given(operation.colour),
	}
	facts.routes = json.given(operation.routes) and route_ids(context, operation.routes)
	local left = homes(context.session, facts.routes or {})
	note_emptied(context, facts.routes or {}, id)
	context.undo_with({
		kind = "restore_group", group = id, was = was, set = merged(was, facts), homes = left, key = "group:" .. id,
	})
	apply(context.session, group, facts)
	return { target_id = id, asked = "as given", read_back = check(group, facts) }
end

function groups.operations.remove_group(context, operation)
	local group, id = groups.named(context, operation.group)
	context.undo_with({ kind = "restore_removed_group", group = id, was = facts_of(group), key = "group:" .. id })
	context.session:remove_route_group(group)
	if find(context.session, id) then
		faults.stop("failed", "the group is still there")
	end
	return { target_id = id, asked = "removed", read_back = "removed" }
end

function groups.inverses.remove_group(context, inverse)
	local group = find(context.session, inverse.group)
	if group then
		context.session:remove_route_group(group)
	end
	go_home(context.session, inverse.homes)
	return nil
end

function groups.inverses.restore_group(context, inverse)
	local group = find(context.session, inverse.group)
	if not group then
		return nil -- it was removed since
	end
	if json.encode(facts_of(group)) ~= json.encode(inverse.set) then
		return "the group " .. group:name() .. " was changed since; left as it is"
	end
	apply(context.session, group, inverse.was)
	go_home(context.session, inverse.homes)
	return nil
end

function groups.inverses.restore_removed_group(context, inverse)
	if find(context.session, inverse.group) then
		return nil
	end
	local group = make(context.session, inverse.was.name)
	ids.succeed(context.session, inverse.group, group)
	apply(context.session, group, inverse.was)
	return nil
end

--- What the group that a strip is in is like, or nil.
function groups.of(session, id)
	local home = homes(session, { id })[1]
	return home and facts_of(find(session, home.group))
end

--- Put a strip into a group; Ardour removes groups that lose their last strip, so it may have to be made again.
function groups.join(session, facts, route)
	local group = find(session, facts.id)
	if group then
		group:add(route)
		return
	end
	group = make(session, facts.name)
	ids.succeed(session, facts.id, group)
	facts.routes = json.array({ ids.of(route) })
	apply(session, group, facts)
end

function groups.session_facts(session, _, facts)
	facts.groups = json.array()
	for i, group in ipairs(each(session)) do
		facts.groups[i] = facts_of(group)
	end
end

groups.finders.group = groups.named

return groups
