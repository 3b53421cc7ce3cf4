-- Which strip feeds which, by outputs, sends and sidechains.
-- Sound that goes round in a circle is refused: Ardour then goes on with its last order of strips (`FeedbackDetected`,
-- Session::resort_routes), so nothing connected later is heard, and the ports of a strip that is removed are never freed.

local feeds = {}

local function ports(io)
	local list = {}
	for i = 0, io and io:n_ports():n_total() - 1 or -1 do
		list[#list + 1] = io:nth(i)
	end
	return list
end

-- What comes into a strip: the ports of its input and of its plugins' sidechains.
local function entrances(route)
	local list = ports(route:input())
	for _, processor in ipairs(processors.plugins(route)) do
		local insert = processor:to_plugininsert()
		local sidechain = ports(insert:has_sidechain() and insert:sidechain_input() or nil)
		table.move(sidechain, 1, #sidechain, #list + 1, list)
	end
	return list
end

-- The ports from which a strip's sound goes out, and the ids of the buses to which its internal sends go.
local function exits(route)
	local list, buses = ports(route:output()), {}
	for _, processor in ipairs(processors.shown(route)) do
		local send = processor:to_send()
		local internal = not send:isnil() and send:to_internalsend()
		if internal and not internal:isnil() then
			buses[ids.of(internal:target_route())] = true
		elseif internal then
			local taps = ports(send:output())
			table.move(taps, 1, #taps, #list + 1, list)
		end
	end
	return list, buses
end

local function is_fed(route, outgoing)
	for _, entrance in ipairs(entrances(route)) do
		local name = entrance:name()
		for _, port in ipairs(outgoing) do
			if port:connected_to(name) then
				return true
			end
		end
	end
	return false
end

-- The strips that a strip feeds, however many others lie between, as a set of ids.
local function fed_by(session, route)
	local all, found, left = strips.all(session), {}, { route }
	while #left > 0 do
		local outgoing, buses = exits(table.remove(left))
		for _, other in ipairs(all) do
			local id = ids.of(other)
			if not found[id] and (buses[id] or is_fed(other, outgoing)) then
				found[id] = true
				left[#left + 1] = other
			end
		end
	end
	return found
end

--- Refuse to let one strip feed another one that feeds it.
function feeds.refuse_circle(session, from, to)
	if fed_by(session, to)[ids.of(from)] then
		faults.stop("invalid", string.format("%s feeds %s already, so the sound would go round in a circle; take that way away first",
			to:name(), from:name()))
	end
end

--- The strip that has a port of this name, or nil; `which` is "input" or "output".
function feeds.owner(session, name, which)
	for _, route in ipairs(strips.all(session)) do
		for _, port in ipairs(which == "input" and entrances(route) or (exits(route))) do
			if port:name() == name then
				return route
			end
		end
	end
	return nil
end

return feeds
