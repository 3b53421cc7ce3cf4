-- add_sidechain and remove_sidechain: what else a plugin listens to, such as the kick that ducks the bass.

local sidechains = { operations = {}, inverses = {}, leaves_regions = true }

local function with_insert(processor, route)
	return { route = route, processor = processor, insert = processor:to_plugininsert() }
end

local function find(session, id)
	local processor, route = processors.find(session, id)
	return processor and with_insert(processor, route) or nil
end

local function named(context, name)
	local processor, route, id = processors.named(context, name)
	return with_insert(processor, route), id
end

local function listens_to_others(insert)
	local plugin = insert:plugin(0)
	for i = 0, insert:natural_input_streams():n_audio() - 1 do
		if plugin:describe_io_port(ARDOUR.DataType("audio"), true, i).is_sidechain then
			return true
		end
	end
	return false
end

local function ports(insert)
	local list, input = json.array(), insert:sidechain_input()
	for i = 0, input:n_ports():n_audio() - 1 do
		list[#list + 1] = input:audio(i):name()
	end
	return list
end

-- Which output of a send goes to which port of the sidechain, for as many channels as the wider side has.
local function pairing(n_outputs, inputs)
	local lists = json.array()
	for i = 1, n_outputs do
		lists[i] = json.array()
	end
	for i = 0, math.max(#lists, #inputs) - 1 do
		local list = lists[i % #lists + 1]
		list[#list + 1] = inputs[i % #inputs + 1]
	end
	return lists
end

-- The sends that go into a plugin's sidechain, each with its strip.
local function taps(session, insert)
	local list, wanted = {}, {}
	for _, name in ipairs(ports(insert)) do
		wanted[name] = true
	end
	for _, route in ipairs(strips.all(session)) do
		for _, send in ipairs(sends.all(route)) do
			local is_here = false
			local output = send:to_internalsend():isnil() and send:output() or nil
			for i = 0, output and output:n_ports():n_total() - 1 or -1 do
				for _, name in ipairs(routing.connections(session, output:nth(i))) do
					is_here = is_here or wanted[name] or false
				end
			end
			list[#list + 1] = is_here and { route = route, send = send } or nil
		end
	end
	return list
end

-- A switch of the plugin's own that keeps it from listening, as ACE Compressor has one; nil where there is none.
local function closed_switch(processor)
	for _, parameter in ipairs(parameters.of(processor)) do
		local is_switch = parameter.is_toggle and parameter.name:lower():match("side[%s-]?chain")
		if is_switch and parameters.value(processor, parameter) <= 0 then
			return parameter.name
		end
	end
	return nil
end

function sidechains.operations.add_sidechain(context, operation)
	local session = context.session
	local source, source_id = strips.named(context, operation.source)
	local plugin, plugin_id = named(context, operation.plugin)
	if source_id == ids.of(plugin.route) then
		faults.stop("invalid", source:name() .. " has this plugin itself; a sidechain comes from another strip")
	elseif not listens_to_others(plugin.insert) then
		faults.stop("invalid", plugin.processor:display_name() .. " has no sidechain input; use one that has, such as ACE Compressor")
	end
	local n_outputs = (operation.is_pre_fader and source:amp():input_streams() or source:n_outputs()):n_audio()
	if n_outputs == 0 then
		faults.stop("invalid", source:name() .. " has no sound to send, only notes; give it an instrument, or name another strip")
	end
	feeds.refuse_circle(session, source, plugin.route)
	if not plugin.insert:has_sidechain() then
		context.undo_with({
			kind = "drop_sidechain", route = ids.of(plugin.route), plugin = plugin_id, key = "sidechain:" .. plugin_id,
		})
		plugin.route:add_sidechain(plugin.processor)
		if not plugin.insert:has_sidechain() then
			faults.stop("failed", "Ardour gave the plugin no sidechain")
		end
	end
	local inputs = ports(plugin.insert)
	for _, tap in ipairs(taps(session, plugin.insert)) do
		if ids.of(tap.route) == source_id then
			faults.stop("invalid", source:name() .. " goes into this sidechain already; use set_send for its level")
		end
	end
	local before = operation.is_pre_fader and source:amp() or ARDOUR.LuaAPI.nil_proc()
	local send = sends.tap(session, source, before, pairing(n_outputs, inputs))
	local id = ids.of(send)
	context.undo_with({
		kind = "remove_send", send = id, route = source_id, target = ids.of(plugin.route), key = "send:" .. id,
	})
	context.refs[operation.ref] = id
	local read_back = sends.dress(source, send, operation.gain_db, operation.is_pre_fader)
	local listening = 0
	for _, tap in ipairs(taps(session, plugin.insert)) do
		listening = listening + (ids.of(tap.send) == id and 1 or 0)
	end
	if listening ~= 1 then
		faults.stop("failed", "the send does not reach the sidechain of " .. plugin.processor:display_name())
	end
	local switch = closed_switch(plugin.processor)
	return {
		route_id = source_id, target_id = id,
		reason = switch and "the plugin listens to it once its parameter " .. switch .. " is on; set_parameter does that",
		asked = string.format("%s into %s on %s", source:name(), plugin.processor:display_name(), plugin.route:name()),
		read_back = table.concat(inputs, ", ") .. " at " .. read_back,
	}
end

function sidechains.operations.remove_sidechain(context, operation)
	local plugin, id = named(context, operation.plugin)
	if not plugin.insert:has_sidechain() then
		faults.stop("invalid", plugin.processor:display_name() .. " has no sidechain")
	end
	context.undo_with({
		kind = "restore_sidechain", route = ids.of(plugin.route), plugin = id, key = "sidechain:" .. id,
		likeness = sidechains.likeness(context.session, plugin.insert),
	})
	for _, tap in ipairs(taps(context.session, plugin.insert)) do
		sends.drop(tap.route, tap.send)
	end
	plugin.route:remove_sidechain(plugin.processor)
	if plugin.insert:has_sidechain() then
		faults.stop("failed", "the sidechain is still there")
	end
	return { route_id = ids.of(plugin.route), target_id = id, asked = "removed", read_back = "removed" }
end

--- Remove the sends that go into the sidechains of a strip which is about to go. Ardour does that by itself, but from 9
--- on so late that its own are still there when the strip comes back.
function sidechains.remove_taps(session, route)
	for _, processor in ipairs(processors.plugins(route)) do
		local insert = processor:to_plugininsert()
		for _, tap in ipairs(insert:has_sidechain() and taps(session, insert) or {}) do
			sends.drop(tap.route, tap.send)
		end
	end
end

function sidechains.inverses.drop_sidechain(context, inverse)
	local plugin = find(context.session, inverse.plugin)
	if not plugin or not plugin.insert:has_sidechain() then
		return nil
	end
	if #taps(context.session, plugin.insert) > 0 then
		return "another strip goes into this sidechain since; left as it is"
	end
	plugin.route:remove_sidechain(plugin.processor)
	return nil
end

function sidechains.inverses.restore_sidechain(context, inverse)
	local plugin = find(context.session, inverse.plugin)
	if not plugin or plugin.insert:has_sidechain() then
		return nil
	end
	return sidechains.rebuild(context.session, plugin.route, plugin.processor, inverse.likeness)
end

--- All that is needed to give a plugin its sidechain again, with the sends that go into it.
function sidechains.likeness(session, insert)
	local list = json.array()
	for i, tap in ipairs(taps(session, insert)) do
		list[i] = { route = ids.of(tap.route), likeness = sends.likeness(session, tap.route, tap.send) }
	end
	return { ports = ports(insert), connections = routing.of(session, insert:sidechain_input()), taps = list }
end

-- The same connections with the ports of a sidechain under their new names.
local function renamed(connections, old, new)
	local name_now = {}
	for k, port in ipairs(old) do
		name_now[port] = new[k]
	end
	return routing.renamed(connections, function (name) return name_now[name] or name end)
end

--- Give a plugin its sidechain again; returns what is missing, or nil.
function sidechains.rebuild(session, route, processor, likeness)
	local insert, notes = processor:to_plugininsert(), {}
	route:add_sidechain(processor)
	if not insert:has_sidechain() then
		return "Ardour gave " .. processor:display_name() .. " no sidechain"
	end
	for _, tap in ipairs(likeness.taps) do
		local source = strips.find(session, tap.route)
		if source then
			tap.likeness.connections = renamed(tap.likeness.connections, likeness.ports, ports(insert))
			notes[#notes + 1] = select(2, sends.rebuild(session, source, tap.likeness))
		end
	end
	local known = {} -- the names of the sends' ports may be new: what they reach is connected already
	for i, names in ipairs(routing.of(session, insert:sidechain_input())) do
		known[i] = #names > 0 and names or likeness.connections[i] or json.array()
	end
	local missing = routing.connect(session, insert:sidechain_input(), known)
	if #missing > 0 then
		notes[#notes + 1] = "the sidechain was not connected to " .. table.concat(missing, ", ")
	end
	return #notes > 0 and table.concat(notes, "; ") or nil
end

--- Which sends go into which plugin: their target is the plugin's id.
function sidechains.session_facts(session, _, facts)
	local targets = {}
	for _, route in ipairs(strips.all(session)) do
		for _, processor in ipairs(processors.plugins(route)) do
			local insert = processor:to_plugininsert()
			for _, tap in ipairs(insert:has_sidechain() and taps(session, insert) or {}) do
				targets[ids.of(tap.send)] = ids.of(processor)
			end
		end
	end
	for _, route_facts in ipairs(facts.routes) do
		for _, send in ipairs(route_facts.sends or {}) do
			send.target = send.target or targets[send.id]
		end
	end
end

return sidechains
