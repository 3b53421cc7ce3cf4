-- add_send, set_send, remove_send: taps of a strip into a bus, or into the sidechain of a plugin.

local sends = { operations = {}, inverses = {}, finders = {}, leaves_regions = true }

local function nothing()
	return ARDOUR.LuaAPI.nil_proc()
end

-- Where something stands among what a strip shows, and where the fader does, counted from 1.
local function place_of(route, id)
	local place = processors.place(route, id)
	return place and place + 1, processors.fader_place(route) + 1
end

--- Put a processor at a place among those that a person sees, the fader included.
function sends.move(route, processor, place)
	local id, order = ids.of(processor), json.array()
	for _, other in ipairs(processors.order(route)) do
		order[#order + 1] = other ~= id and other or nil
	end
	table.insert(order, math.min(place, #order + 1), id)
	return processors.reorder(route, order) and (place_of(route, id)) == place
end

--- All sends of a strip, in order; internal ones that Ardour hides are none.
function sends.all(route)
	local list = {}
	for _, processor in ipairs(processors.shown(route)) do
		local send = processor:to_send()
		list[#list + 1] = not send:isnil() and send or nil
	end
	return list
end

local function find(session, id)
	local processor, route = processors.find(session, id)
	local send = processor and processor:to_send()
	if send and not send:isnil() then
		return send, route
	end
	return nil
end

--- Return the send that an operation names by ref or id, and its strip; stops where there is none.
function sends.named(context, name)
	local send, route = find(context.session, context.refs[name] or name)
	if send then
		return send, route
	end
	local known = {}
	for _, other in ipairs(strips.all(context.session)) do
		for _, its in ipairs(sends.all(other)) do
			known[#known + 1] = { id = ids.of(its), name = other:name() .. " to " .. its:name() }
		end
	end
	names.stop_unknown("send", name, known)
end

sends.finders.send = sends.named

-- Which port of which plugin's sidechain the ports of these names are: the names change when the sidechain is made anew.
local function sidechain_ports(session, connections)
	local found = {}
	for _, route in ipairs(strips.all(session)) do
		for _, processor in ipairs(processors.plugins(route)) do
			local insert = processor:to_plugininsert()
			local input = insert:has_sidechain() and insert:sidechain_input()
			for port = 0, input and input:n_ports():n_audio() - 1 or -1 do
				for _, names in ipairs(connections) do
					for _, name in ipairs(names) do
						found[name] = name == input:audio(port):name() and { plugin = ids.of(processor), port = port } or found[name]
					end
				end
			end
		end
	end
	return found
end

-- The same connections with the ports of sidechains under the names that they have now.
local function named_now(session, connections, ports)
	return routing.renamed(connections, function (name)
		local known = ports and ports[name]
		local processor = known and processors.find(session, known.plugin)
		local insert = processor and processor:to_plugininsert()
		local port = insert and insert:has_sidechain() and insert:sidechain_input():audio(known.port)
		return port and not port:isnil() and port:name() or name
	end)
end

--- All that is needed to make a send anew.
function sends.likeness(session, route, send)
	local bus = send:to_internalsend()
	local is_aux = not bus:isnil()
	local connections = not is_aux and routing.of(session, send:to_ioprocessor():output()) or nil
	return {
		send = ids.of(send), target = is_aux and ids.of(bus:target_route()) or nil, connections = connections,
		ports = connections and sidechain_ports(session, connections), name = connections and send:name(),
		gain = send:gain_control():get_value(), is_enabled = send:active(), place = place_of(route, ids.of(send)),
		automation = lanes.record(send:gain_control()),
	}
end

--- The aux send from one strip to another, or nil.
function sends.between(route, target)
	for _, send in ipairs(sends.all(route)) do
		local bus = send:to_internalsend()
		if not bus:isnil() and ids.of(bus:target_route()) == ids.of(target) then
			return send
		end
	end
	return nil
end

--- Take a send away. One into a sidechain would take itself away once it is disconnected, again after it is gone; that
-- leaves the strip without buffers (Route::remove_processors resets them and finds nothing to remove, 7.3), and it cannot
-- be bounced any more.
function sends.drop(route, send)
	if send:to_internalsend():isnil() then
		send:set_remove_on_disconnect(false)
	end
	route:remove_processor(send, nil, true)
end

local most_others = 6

--- Make a send into a plugin's sidechain or another port: its outputs are connected as a list says. Ardour names it by the
-- lowest number that is free; to get the one of a name, others are made that take those below, and dropped again.
function sends.tap(session, route, before, connections, name)
	if name then
		collectgarbage() -- a send that was removed has its number as long as Lua holds it
	end
	local processor, others = nil, {}
	local is_made = waiting.until_true(function ()
		local made = ARDOUR.LuaAPI.new_send(session, route, before)
		if made:isnil() then
			collectgarbage() -- the ports of one that was removed are there as long as Lua holds it
		elseif not name or made:name() == name or #others == most_others then
			processor = made
		else
			others[#others + 1] = made:to_send()
		end
		return processor ~= nil
	end)
	for _, other in ipairs(others) do
		sends.drop(route, other)
	end
	if not is_made then
		faults.stop("failed", "Ardour made no send on " .. route:name())
	end
	local output = processor:to_ioprocessor():output()
	for i = output:n_ports():n_total() - 1, #connections, -1 do
		output:remove_port(output:nth(i), nil)
	end
	local missing = routing.connect(session, output, connections)
	processor:to_send():set_remove_on_disconnect(true)
	return processor:to_send(), missing
end

--- Make a send as a likeness says, under the id that it had; returns it, or nil and why not.
function sends.rebuild(session, route, likeness)
	local send, missing
	if likeness.target then
		local target = strips.find(session, likeness.target)
		if not target then
			return nil, "the bus of a send of " .. route:name() .. " is gone"
		end
		session:add_internal_send(target, nothing(), route)
		send = sends.between(route, target)
	else
		send, missing = sends.tap(session, route, nothing(), named_now(session, likeness.connections, likeness.ports),
			likeness.name)
	end
	if not send then
		return nil, "Ardour made no send on " .. route:name()
	end
	if likeness.send then
		ids.succeed(session, likeness.send, send)
	end
	strips.set_control(send:gain_control(), likeness.gain)
	if likeness.automation then
		lanes.restore(send:gain_control(), likeness.automation)
	end
	if not likeness.is_enabled then
		send:deactivate()
	end
	sends.move(route, send, likeness.place)
	return send, missing and #missing > 0 and "a send was not connected to " .. table.concat(missing, ", ") or nil
end

--- Set level and switch of a send that was just made, and put it before or after the fader; stops where it is not so.
function sends.dress(route, send, gain_db, is_pre_fader)
	strips.set_control(send:gain_control(), levels.coefficient(gain_db))
	local id = ids.of(send)
	local place, fader = place_of(route, id)
	if (place < fader) ~= is_pre_fader then
		sends.move(route, send, fader)
	end
	local now = sends.facts_of(route, send)
	if now.is_pre_fader ~= is_pre_fader or not levels.is_same(now.gain_db, gain_db) then
		faults.stop("failed", "the send reads " .. levels.shown(now.gain_db))
	end
	return levels.shown(now.gain_db) .. (is_pre_fader and " pre fader" or " post fader")
end

function sends.operations.add_send(context, operation)
	local session = context.session
	local route, id = strips.named(context, operation.route)
	local target, target_id = strips.named(context, operation.target)
	local kind = strips.kind(target)
	if id == target_id or kind == "master" or kind == "monitor" or strips.kind(route) == "master" then
		faults.stop("invalid", string.format("%s cannot send to %s; a send goes from a track or bus to another bus",
			route:name(), target:name()))
	end
	if sends.between(route, target) then
		faults.stop("invalid", route:name() .. " sends to " .. target:name() .. " already; use set_send")
	end
	feeds.refuse_circle(session, route, target)
	session:add_internal_send(target, operation.is_pre_fader and route:amp() or nothing(), route)
	local send = sends.between(route, target) or faults.stop("failed", "Ardour made no send")
	local send_id = ids.of(send)
	context.undo_with({ kind = "remove_send", send = send_id, route = id, target = target_id, key = "send:" .. send_id })
	context.refs[operation.ref] = send_id
	local read_back = sends.dress(route, send, operation.gain_db, operation.is_pre_fader)
	return { route_id = id, target_id = send_id, asked = levels.shown(operation.gain_db), read_back = read_back }
end

function sends.operations.set_send(context, operation)
	local send, route = sends.named(context, operation.send)
	local id = ids.of(send)
	if json.given(operation.gain_db) then
		controls.change_gain(context, "send", send, "gain", operation.gain_db)
	end
	local is_pre, is_enabled = json.given(operation.is_pre_fader), json.given(operation.is_enabled)
	local place, fader = place_of(route, id)
	if is_pre ~= nil and is_pre ~= (place < fader) then
		-- from the other side the fader's own place is the one next to it
		context.undo_with({ kind = "restore_send_place", send = id, was = place, set = fader, key = "place:" .. id })
		if not sends.move(route, send, fader) then
			faults.stop("failed", "Ardour left the send where it was")
		end
	end
	if is_enabled ~= nil and is_enabled ~= send:active() then
		context.undo_with({ kind = "restore_send_switch", send = id, set = is_enabled, key = "switch:" .. id })
		sends.switch(send, is_enabled)
	end
	local now = sends.facts_of(route, send)
	return {
		route_id = ids.of(route), target_id = id, asked = "as given",
		read_back = string.format("%s, %s fader, %s", levels.shown(now.gain_db), now.is_pre_fader and "pre" or "post",
			now.is_enabled and "on" or "off"),
	}
end

function sends.switch(send, is_enabled)
	send[is_enabled and "activate" or "deactivate"](send)
	if send:active() ~= is_enabled then
		faults.stop("failed", "the send is " .. (send:active() and "on" or "off"))
	end
end

function sends.operations.remove_send(context, operation)
	local send, route = sends.named(context, operation.send)
	local id = ids.of(send)
	context.undo_with({
		kind = "restore_send", route = ids.of(route), likeness = sends.likeness(context.session, route, send),
		key = "send:" .. id,
	})
	sends.drop(route, send)
	if find(context.session, id) then
		faults.stop("failed", "the send is still there")
	end
	return { route_id = ids.of(route), asked = "removed", read_back = "removed" }
end

function sends.inverses.remove_send(context, inverse)
	local send, route = find(context.session, inverse.send)
	if send then
		sends.drop(route, send)
	end
	return nil
end

function sends.inverses.restore_send_place(context, inverse)
	local send, route = find(context.session, inverse.send)
	if not send then
		return nil -- it went with its strip
	end
	if place_of(route, inverse.send) ~= inverse.set then
		return "a send of " .. route:name() .. " was moved since; left where it is"
	end
	sends.move(route, send, inverse.was)
	return nil
end

function sends.inverses.restore_send_switch(context, inverse)
	local send = find(context.session, inverse.send)
	if send and send:active() == inverse.set then
		sends.switch(send, not inverse.set)
	end
	return nil
end

function sends.inverses.restore_send(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route or find(context.session, inverse.likeness.send) then
		return nil
	end
	return select(2, sends.rebuild(context.session, route, inverse.likeness))
end

function sends.facts_of(route, send)
	local id, bus = ids.of(send), send:to_internalsend()
	local place, fader = place_of(route, id)
	return {
		id = id, name = send:to_internalsend():isnil() and send:name() or bus:target_route():name(),
		target = not bus:isnil() and ids.of(bus:target_route()) or nil, gain_db = levels.db(send:gain_control():get_value()),
		is_pre_fader = place < fader, place = place, is_enabled = send:active(),
	}
end

function sends.route_facts(route, facts)
	facts.sends = json.array()
	for i, send in ipairs(sends.all(route)) do
		facts.sends[i] = sends.facts_of(route, send)
	end
end

return sends
