-- set_input and set_output: which ports a strip is connected to; and the reading of the ports that are there.
-- Our own ports are named without Ardour's client name, "Drums/audio_out 1"; those of others with theirs, "system:capture_1".

local routing = { operations = {}, inverses = {}, readings = {}, leaves_regions = true }

local virtual_keyboard = "x-virtual-keyboard" -- Ardour connects it to whichever track is selected
local own_client -- how Ardour is called among the audio system's clients, with the colon

local function ports_of(engine, data_type, flags)
	local names = {}
	local _, answer = engine:get_backend_ports("", ARDOUR.DataType(data_type), flags, C.StringVector())
	for name in answer[4]:iter() do
		names[#names + 1] = name
	end
	return names
end

local function client(session)
	if not own_client then
		local port = strips.all(session)[1]:output():nth(0):name()
		for _, data_type in ipairs({ "audio", "midi" }) do
			for _, name in ipairs(ports_of(session:engine(), data_type, ARDOUR.PortFlags.IsOutput)) do
				if name:sub(-#port - 1) == ":" .. port then
					own_client = name:sub(1, #name - #port)
				end
			end
		end
	end
	return own_client or "ardour:"
end

--- What one port of ours is connected to, sorted.
function routing.connections(session, port)
	local names = json.array()
	local prefix = client(session)
	local _, answer = session:engine():get_connections(prefix .. port:name(), C.StringVector())
	for name in answer[2]:iter() do
		name = name:sub(1, #prefix) == prefix and name:sub(#prefix + 1) or name
		names[#names + 1] = name ~= virtual_keyboard and name or nil
	end
	table.sort(names)
	return names
end

--- What every port of an input or output is connected to: one list per port, audio first.
function routing.of(session, io)
	local list = json.array()
	for i = 0, io:n_ports():n_total() - 1 do
		local port = io:nth(i)
		if not port:isnil() then
			list[#list + 1] = routing.connections(session, port)
		end
	end
	return list
end

--- Connect the ports of an input or output exactly as a list says; returns the names that could not be connected.
function routing.connect(session, io, wanted)
	local missing = {}
	for i = 0, io:n_ports():n_total() - 1 do
		local port, keep = io:nth(i), {}
		for _, name in ipairs(wanted[i + 1] or {}) do
			keep[name] = true
		end
		for _, name in ipairs(routing.connections(session, port)) do
			if not keep[name] then
				port:disconnect(name)
			end
			keep[name] = nil
		end
		for name in pairs(keep) do
			if port:connect(name) ~= 0 then
				missing[#missing + 1] = name
			end
		end
	end
	return missing
end

--- Wait until the audio outputs that a strip gave up are gone, since Ardour makes none whose name is still taken: Lua holds
-- them until it collects its garbage, and then a thread of Ardour's deletes them.
function routing.await_freed(session, route)
	local output = route:output()
	if output:nth(0):isnil() then
		return
	end
	local start = client(session) .. output:nth(0):name():match("^(.*)/") .. "/audio_out "
	collectgarbage()
	waiting.until_true(function ()
		local n_held = 0
		for _, name in ipairs(ports_of(session:engine(), "audio", ARDOUR.PortFlags.IsOutput)) do
			n_held = n_held + (name:sub(1, #start) == start and 1 or 0)
		end
		return n_held <= output:n_ports():n_audio()
	end)
end

local function as_text(lists)
	local ports = {}
	for i, names in ipairs(lists) do
		ports[i] = #names > 0 and table.concat(names, " + ") or "none"
	end
	return table.concat(ports, "; ")
end

local function side(route, which)
	return which == "input" and route:input() or route:output()
end

-- The ports of one kind of data that another strip offers, in order.
local function ports_on(io, data_type)
	local names = {}
	local count = data_type == "midi" and io:n_ports():n_midi() or io:n_ports():n_audio()
	for i = 0, count - 1 do
		names[#names + 1] = (data_type == "midi" and io:midi(i) or io:audio(i)):name()
	end
	return names
end

-- The strip that a name means that is no port; stops with the nearest port where it is written as one.
local function strip_or_port(context, name, ports)
	local is_found, found = pcall(strips.named, context, name)
	if is_found then
		return found
	elseif name:find(":", 1, true) then
		local known = {}
		for port in pairs(ports) do
			known[#known + 1] = port
		end
		table.sort(known)
		names.stop_unknown_text("port", name, known)
	end
	return error(found, 0)
end

-- The ports that the names of an operation stand for: those of one strip, or ports by their names.
local function partners(context, route, names, which, data_type)
	local found = {}
	local flags = which == "input" and ARDOUR.PortFlags.IsOutput or ARDOUR.PortFlags.IsInput
	local prefix, there = client(context.session), {}
	for _, name in ipairs(ports_of(context.session:engine(), data_type, flags)) do
		there[name:sub(1, #prefix) == prefix and name:sub(#prefix + 1) or name] = true
	end
	for _, name in ipairs(names) do
		if there[name] then
			found[#found + 1] = name
		else
			local other = strip_or_port(context, name, there)
			if ids.of(other) == ids.of(route) then
				faults.stop("invalid", route:name() .. " cannot be connected to itself")
			end
			local ports = ports_on(side(other, which == "input" and "output" or "input"), data_type)
			if #ports == 0 then
				faults.stop("invalid", other:name() .. " has no " .. data_type .. " " .. (which == "input" and "output" or "input"))
			end
			table.move(ports, 1, #ports, #found + 1, found)
		end
	end
	return found
end

-- Port by port; where one side has fewer, it goes round: mono to both sides of a stereo pair, and the other way about.
local function pairing(io, data_type, found)
	local lists, own = json.array(), {}
	for i = 1, io:n_ports():n_total() do
		lists[i] = json.array()
	end
	local first = data_type == "midi" and io:n_ports():n_audio() or 0
	local count = data_type == "midi" and io:n_ports():n_midi() or io:n_ports():n_audio()
	for i = 0, (#found > 0 and math.max(count, #found) or 0) - 1 do
		local list, name = lists[first + i % count + 1], found[i % #found + 1]
		own[list] = own[list] or {}
		if not own[list][name] then
			own[list][name] = true
			list[#list + 1] = name
		end
	end
	for _, list in ipairs(lists) do
		table.sort(list)
	end
	return lists
end

local function data_type_of(io, which, route)
	if strips.kind(route) == "midi_track" and which == "input" then
		return "midi"
	end
	return io:n_ports():n_audio() > 0 and "audio" or "midi"
end

local function refuse_circles(session, route, which, lists)
	local seen = {}
	for _, names in ipairs(lists) do
		for _, name in ipairs(names) do
			local other = feeds.owner(session, name, which == "input" and "output" or "input")
			local id = other and ids.of(other)
			if other and not seen[id] then
				seen[id] = true
				local from, to = table.unpack(which == "input" and { other, route } or { route, other })
				feeds.refuse_circle(session, from, to)
			end
		end
	end
end

local function set(context, operation, which, names)
	local route, id = strips.named(context, operation.route)
	local io = side(route, which)
	local data_type = data_type_of(io, which, route)
	local wanted = pairing(io, data_type, partners(context, route, names, which, data_type))
	local was = routing.of(context.session, io)
	for i = 1, #wanted do -- ports of the other kind of data stay as they are
		local is_midi = i > io:n_ports():n_audio()
		if is_midi ~= (data_type == "midi") then
			wanted[i] = was[i]
		end
	end
	refuse_circles(context.session, route, which, wanted)
	context.undo_with({
		kind = "restore_connections", route = id, side = which, was = was, set = wanted, key = which .. ":" .. id,
	})
	local missing = routing.connect(context.session, io, wanted)
	local now = as_text(routing.of(context.session, io))
	if now ~= as_text(wanted) then
		faults.stop("failed", string.format("the %s of %s reads %s; not connected: %s", which, route:name(), now,
			table.concat(missing, ", ")))
	end
	return { route_id = id, asked = as_text(wanted), read_back = now }
end

function routing.operations.set_input(context, operation)
	return set(context, operation, "input", operation.sources)
end

function routing.operations.set_output(context, operation)
	return set(context, operation, "output", operation.targets)
end

function routing.inverses.restore_connections(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	local io = side(route, inverse.side)
	if as_text(routing.of(context.session, io)) ~= as_text(inverse.set) then
		return string.format("the %s of %s was connected anew since; left as it is", inverse.side, route:name())
	end
	local missing = routing.connect(context.session, io, inverse.was)
	if #missing > 0 then
		return string.format("%s could not be connected to %s again", route:name(), table.concat(missing, ", "))
	end
	return nil
end

--- The ports outside of strips that can be named in set_input and set_output.
function routing.readings.ports(session)
	local prefix = client(session)
	local function outside(data_type, flags)
		local names = json.array()
		for _, name in ipairs(ports_of(session:engine(), data_type, flags)) do
			if name:sub(1, #prefix) ~= prefix then
				names[#names + 1] = name
			end
		end
		return names
	end
	local from, to = ARDOUR.PortFlags.IsOutput, ARDOUR.PortFlags.IsInput
	return {
		audio_sources = outside("audio", from), audio_targets = outside("audio", to),
		midi_sources = outside("midi", from), midi_targets = outside("midi", to),
	}
end

local function port_texts(session, io)
	local list = routing.of(session, io)
	for i, names in ipairs(list) do
		list[i] = table.concat(names, " + ")
	end
	return list
end

--- What each strip is connected to.
function routing.session_facts(session, _, facts)
	local by_id = {}
	for _, route_facts in ipairs(facts.routes) do
		by_id[route_facts.id] = route_facts
	end
	for route in lists.each(session:get_routes()) do
		local its = by_id[ids.of(route)]
		if its then
			its.inputs, its.outputs = port_texts(session, route:input()), port_texts(session, route:output())
		end
	end
end

--- The same connections with other names of ports: `name_of` gives the new one for each.
function routing.renamed(connections, name_of)
	local lists = json.array()
	for i, names in ipairs(connections) do
		lists[i] = json.array()
		for j, name in ipairs(names) do
			lists[i][j] = name_of(name)
		end
	end
	return lists
end

return routing
