-- What is left of a change set in the session.

local remains = {}

-- Tells of what an inverse takes away whether it is there, and whether it is the very one or what came in its place: an
-- earlier attempt may have made one that goes by the same id.
local function counted_inverse(session)
	local marked = {}
	for _, marker in ipairs(reader.markers(session)) do
		marked[marker.id] = true
	end
	return function (inverse)
		if inverse.kind == "remove_track" then
			local route = strips.find(session, inverse.route)
			return route ~= nil, route ~= nil and (not inverse.own_route or ids.is_since(route, inverse.own_route))
		end
		local is_marked = inverse.kind == "remove_marker" and marked[inverse.name .. "@" .. inverse.samples] or false
		return is_marked, is_marked
	end
end

--- Count what a change set made, and how much of it is in the session: tracks, or markers if it made no tracks.
-- `present` counts the leftovers of earlier attempts too.
function remains.of(session, record)
	local is_there = counted_inverse(session)
	local made = { remove_track = 0, remove_marker = 0 }
	local standing = { remove_track = 0, remove_marker = 0 }
	for _, entry in ipairs(record.entries) do
		for _, inverse in ipairs(entry.inverses) do
			if made[inverse.kind] then
				made[inverse.kind] = made[inverse.kind] + 1
				standing[inverse.kind] = standing[inverse.kind] + (select(2, is_there(inverse)) and 1 or 0)
			end
		end
	end
	local present = 0
	for _, inverse in ipairs(record.inverses) do
		present = present + (is_there(inverse) and 1 or 0)
	end
	local kind = made.remove_track > 0 and "remove_track" or "remove_marker"
	return { state = record.state, made = made[kind], standing = standing[kind], present = present }
end

--- What is left of the change set that a request names.
function remains.asked(session, arguments)
	return remains.of(session, records.get(session, arguments.id))
end

return remains
