-- Markers, ranges, loop and punch: what Ardour calls locations. Lua cannot read their ids, so name and place stand for
-- them: `name@sample` for a marker, `name@start-end` for a range.

local locations = {}

local function has(location, flag)
	return flag ~= nil and location:flags() & flag ~= 0
end

-- What a marker is beyond a place with a name; xruns and hidden places are no markers of anybody's.
local function marker_kind(location)
	local flags = ARDOUR.LocationFlags
	if location:is_hidden() or has(location, flags.IsXrun) then
		return nil
	elseif location:is_cue_marker() then
		return "cue"
	elseif location:is_cd_marker() then
		return "cd"
	elseif has(location, flags.IsSection) then
		return "section"
	end
	return "marker"
end

--- What a location is: marker, section, cd, cue, range; nil for those that nobody names.
function locations.kind(location)
	if location:is_mark() then
		return marker_kind(location)
	elseif location:is_range_marker() and not location:is_hidden() then
		return "range"
	end
	return nil
end

--- The id of a marker or range.
function locations.id(location)
	local id = location:name() .. "@" .. location:start():samples()
	return location:is_mark() and id or id .. "-" .. location:_end():samples()
end

--- All markers, or all ranges, of a session.
function locations.all(session, wants_ranges)
	local list = session:locations():list() -- a list of its own, which Lua must not take away while it is walked
	local found = {}
	for location in list:iter() do
		local kind = locations.kind(location)
		if kind and (kind == "range") == wants_ranges then
			found[#found + 1] = location
		end
	end
	return found, list
end

--- Return the marker or range with an id, or nil.
function locations.find(session, id, wants_ranges)
	for _, location in ipairs(locations.all(session, wants_ranges)) do
		if locations.id(location) == id then
			return location
		end
	end
	return nil
end

--- Return the marker or range that an operation names: by ref, by id, or by the name that it alone bears.
function locations.named(context, name, wants_ranges)
	local session, id, hops = context.session, name, 0
	local found = locations.find(session, name, wants_ranges)
	while not found and context.refs[id] and hops < 100 do -- its id changes when it is moved or renamed
		id, hops = context.refs[id], hops + 1
		found = locations.find(session, id, wants_ranges)
	end
	if not found then
		local things = {}
		for i, location in ipairs(locations.all(session, wants_ranges)) do
			things[i] = { id = locations.id(location), name = location:name(), location = location }
		end
		found = names.only(wants_ranges and "range" or "marker", name, things).location
	end
	return found
end

--- Let what named a location by an earlier id in this change set find it under its new one.
function locations.follow(context, old_id, location)
	local id = locations.id(location)
	if id ~= old_id then
		context.refs[old_id] = id
	end
	return id
end

--- A place as plain data: in ticks or in samples, whichever Ardour counts it in.
function locations.plain(position)
	return position:is_beats() and { ticks = position:ticks() } or { samples = position:samples() }
end

function locations.position(plain)
	return plain.ticks and Temporal.timepos_t.from_ticks(plain.ticks) or Temporal.timepos_t(plain.samples)
end

--- Whether two places as plain data are the same, but for a sample of rounding.
function locations.is_same(one, other)
	if one.ticks and other.ticks then
		return one.ticks == other.ticks
	end
	return math.abs(locations.position(one):samples() - locations.position(other):samples()) <= 1
end

--- A place given in ticks, counted as another position is.
function locations.like(position, ticks)
	return position:is_beats() and Temporal.timepos_t.from_ticks(ticks) or Temporal.timepos_t(timeline.samples_at(ticks))
end

--- Where a location begins or ends, as requests write it.
function locations.text(position)
	return timeline.text(timeline.place_at_sample(position:samples()))
end

--- Whether a position reads as a tick that was asked for, but for half a sample of rounding.
function locations.is_at(position, ticks)
	return math.abs(position:samples() - timeline.samples_at(ticks)) <= 1
end

return locations
