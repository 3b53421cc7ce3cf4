-- add_vca, set_vca, assign_vca, unassign_vca, remove_vca: faders and buttons that act on several strips.

local vcas = { operations = {}, inverses = {}, finders = {}, leaves_regions = true }

-- A VCA whose button was pressed must not be removed before the editor has drawn that: Ardour 7.3 ends then.
local drawing_us = 150000
local pressed_us = {}

local function note_press(vca) pressed_us[ids.own(vca)] = ARDOUR.LuaAPI.monotonic_time() end

local function require_drawn(vca)
	if ARDOUR.LuaAPI.monotonic_time() - (pressed_us[ids.own(vca)] or 0) < drawing_us then
		faults.stop("busy", "the editor still draws the buttons of " .. vca:name())
	end
end

local function each(session)
	local list = {}
	for vca in lists.each(session:vca_manager():vcas()) do
		list[#list + 1] = vca
	end
	return list
end

local function find(session, id)
	for _, vca in ipairs(each(session)) do
		if ids.of(vca) == id then
			return vca
		end
	end
	return nil
end

--- Return the VCA that an operation names by ref, id or unique name; stops with the nearest match where there is none.
function vcas.named(context, name)
	local id, things = context.refs[name] or name, {}
	for i, vca in ipairs(each(context.session)) do
		if ids.of(vca) == id then
			return vca, id
		end
		things[i] = { id = ids.of(vca), name = vca:name(), vca = vca }
	end
	local only = names.only("vca", name, things)
	return only.vca, only.id
end

local function is_assigned(route, vca)
	return route:slaved_to(vca)
end

local function assigned(session, vca)
	local list = json.array()
	for _, route in ipairs(strips.all(session)) do
		if is_assigned(route, vca) then
			list[#list + 1] = ids.of(route)
		end
	end
	return list
end

-- Assigning and unassigning leave a point in automation lanes that were empty: take it away again.
local function keeping_lanes(routes, change)
	local empty = {}
	for _, route in ipairs(routes) do
		for _, name in ipairs({ "gain", "mute", "solo" }) do
			local lane = controls.of(route, name):alist()
			empty[#empty + 1] = not lane:isnil() and lane:list():size() == 0 and lane:list() or nil
		end
	end
	change()
	for _, lane in ipairs(empty) do
		if lane:size() > 0 then
			lane:clear_list()
		end
	end
end

local function follow(route, vca) keeping_lanes({ route }, function () route:to_slavable():assign(vca) end) end

local function leave(route, vca) keeping_lanes({ route }, function () route:to_slavable():unassign(vca) end) end

local function remove(session, vca)
	local routes = {}
	for i, id in ipairs(assigned(session, vca)) do
		routes[i] = strips.find(session, id)
	end
	keeping_lanes(routes, function () session:vca_manager():remove_vca(vca) end)
	waiting.note_drop()
end

-- What a strip's own fader and buttons read: Ardour changes them when a strip leaves its VCA.
local function own_values(route)
	return {
		gain = route:gain_control():get_value(), mute = controls.value(route:mute_control(), "mute"),
		solo = controls.value(route:solo_control(), "solo"),
	}
end

-- The automation of what a VCA acts on: Ardour multiplies its points when a strip leaves its VCA.
local function own_lanes(route)
	local found = {}
	for _, name in ipairs({ "gain", "mute", "solo" }) do
		found[name] = lanes.record(controls.of(route, name))
	end
	return found
end

local function restore_values(route, values, own_lanes_were)
	for name in pairs(own_lanes_were or {}) do -- while it plays, its control cannot be set
		controls.of(route, name):set_automation_state(ARDOUR.AutoState.Off)
	end
	for name, value in pairs(values) do
		local control = controls.of(route, name)
		if math.abs(controls.value(control, name) - value) > 1e-9 then
			strips.set_control(control, value)
		end
	end
	for name, lane in pairs(own_lanes_were or {}) do
		lanes.restore(controls.of(route, name), lane)
	end
end

local function facts_of(session, vca)
	return {
		id = ids.of(vca), name = vca:name(),
		colour = string.format("#%06x", vca:presentation_info_ptr():color() >> 8 & 0xFFFFFF),
		gain_db = levels.db(vca:gain_control():get_value()), is_muted = controls.value(vca:mute_control(), "mute") > 0,
		is_soloed = controls.value(vca:solo_control(), "solo") > 0, routes = assigned(session, vca),
	}
end

-- Assign one strip, remembering how it was.
local function assign(context, vca, id, route)
	if is_assigned(route, vca) then
		return
	end
	local inverse = {
		kind = "unassign_vca", vca = id, route = ids.of(route), was = own_values(route), lanes = own_lanes(route),
	}
	inverse.key = "vca:" .. id .. ":" .. inverse.route
	context.undo_with(inverse)
	follow(route, vca)
	if not is_assigned(route, vca) then
		faults.stop("failed", route:name() .. " does not follow the VCA")
	end
end

local function make(session, name)
	for vca in lists.each(session:vca_manager():create_vca(1, name)) do
		return vca
	end
	faults.stop("failed", "Ardour made no VCA")
end

function vcas.operations.add_vca(context, operation)
	for _, vca in ipairs(each(context.session)) do
		if vca:name() == operation.name then
			faults.stop("invalid", "a VCA is called " .. operation.name .. " already; choose another name")
		end
	end
	local vca = make(context.session, operation.name)
	local id = ids.of(vca)
	context.undo_with({ kind = "remove_vca", vca = id, key = "vca:" .. id })
	context.refs[operation.ref] = id
	for _, name in ipairs(operation.routes) do
		assign(context, vca, id, (strips.named(context, name)))
	end
	return { target_id = id, asked = operation.name, read_back = vca:name() }
end

function vcas.operations.set_vca(context, operation)
	local vca, id = vcas.named(context, operation.vca)
	local asked, read_back = {}, {}
	if json.given(operation.gain_db) then
		asked[1], read_back[1] = controls.change_gain(context, "vca", vca, "gain", operation.gain_db)
	end
	for name, field in pairs({ mute = "is_muted", solo = "is_soloed" }) do
		if json.given(operation[field]) ~= nil then
			controls.change_switch(context, "vca", vca, name, operation[field])
			note_press(vca)
			asked[#asked + 1] = name .. " " .. tostring(operation[field])
			read_back[#read_back + 1] = asked[#asked]
		end
	end
	return { target_id = id, asked = table.concat(asked, ", "), read_back = table.concat(read_back, ", ") }
end

function vcas.operations.assign_vca(context, operation)
	local vca, id = vcas.named(context, operation.vca)
	for _, name in ipairs(operation.routes) do
		assign(context, vca, id, (strips.named(context, name)))
	end
	return { target_id = id, asked = table.concat(operation.routes, ", "), read_back = #assigned(context.session, vca) .. " strips" }
end

function vcas.operations.unassign_vca(context, operation)
	local vca, id = vcas.named(context, operation.vca)
	for _, name in ipairs(operation.routes) do
		local route, route_id = strips.named(context, name)
		if is_assigned(route, vca) then
			context.undo_with({
				kind = "assign_vca", vca = id, route = route_id, was = own_values(route), lanes = own_lanes(route),
				key = "vca:" .. id .. ":" .. route_id,
			})
			leave(route, vca)
			if is_assigned(route, vca) then
				faults.stop("failed", route:name() .. " still follows the VCA")
			end
		end
	end
	return { target_id = id, asked = table.concat(operation.routes, ", "), read_back = #assigned(context.session, vca) .. " strips" }
end

function vcas.operations.remove_vca(context, operation)
	local vca, id = vcas.named(context, operation.vca)
	require_drawn(vca)
	local was = facts_of(context.session, vca)
	local values, lanes_were = {}, {}
	for _, route_id in ipairs(was.routes) do
		local route = strips.find(context.session, route_id)
		values[route_id], lanes_were[route_id] = own_values(route), own_lanes(route)
	end
	context.undo_with({
		kind = "restore_vca", vca = id, was = was, gain = vca:gain_control():get_value(), values = values,
		lanes = lanes_were, key = "vca:" .. id,
	})
	remove(context.session, vca)
	if find(context.session, id) then
		faults.stop("failed", "the VCA is still there")
	end
	return { target_id = id, asked = "removed", read_back = "removed" }
end

function vcas.inverses.remove_vca(context, inverse)
	local vca = find(context.session, inverse.vca)
	if vca then
		require_drawn(vca)
		remove(context.session, vca)
	end
	return nil
end

function vcas.inverses.unassign_vca(context, inverse)
	local vca, route = find(context.session, inverse.vca), strips.find(context.session, inverse.route)
	if vca and route and is_assigned(route, vca) then
		leave(route, vca)
		restore_values(route, inverse.was, inverse.lanes)
	end
	return nil
end

function vcas.inverses.assign_vca(context, inverse)
	local vca, route = find(context.session, inverse.vca), strips.find(context.session, inverse.route)
	if vca and route and not is_assigned(route, vca) then
		follow(route, vca)
		restore_values(route, inverse.was, inverse.lanes)
	end
	return nil
end

function vcas.inverses.restore_vca_control(context, inverse)
	local vca = find(context.session, inverse.vca)
	if vca then
		note_press(vca)
	end
	return controls.restore(vca, inverse)
end

function vcas.inverses.restore_vca(context, inverse)
	local session, was = context.session, inverse.was
	if find(session, inverse.vca) then
		return nil
	end
	local vca = make(session, was.name)
	ids.succeed(session, inverse.vca, vca)
	tracks.paint(vca, strips.colour(was.colour))
	note_press(vca)
	restore_values(vca, { gain = inverse.gain, mute = was.is_muted and 1 or 0, solo = was.is_soloed and 1 or 0 })
	for _, id in ipairs(was.routes) do
		local route = strips.find(session, id)
		if route then
			follow(route, vca)
			restore_values(route, inverse.values[id], (inverse.lanes or {})[id])
		end
	end
	return vca:name() ~= was.name and "the VCA came back as " .. vca:name() or nil
end

--- The ids of the VCAs that a strip follows.
function vcas.of(session, route)
	local list = json.array()
	for _, vca in ipairs(each(session)) do
		list[#list + 1] = is_assigned(route, vca) and ids.of(vca) or nil
	end
	return list
end

--- Let a strip follow the VCAs of these ids, as far as they are there, and put its own values back.
function vcas.follow(session, route, list, values)
	for _, id in ipairs(list) do
		local vca = find(session, id)
		if vca then
			follow(route, vca)
		end
	end
	restore_values(route, values)
end

vcas.own_values = own_values
vcas.finders.vca = vcas.named

function vcas.session_facts(session, _, facts)
	facts.vcas = json.array()
	for i, vca in ipairs(each(session)) do
		facts.vcas[i] = facts_of(session, vca)
	end
end

return vcas
