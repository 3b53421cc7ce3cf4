-- Regions as requests and journals know them: finding one, and its place, extent and stacking as plain data.

local region_state = {}

region_state.ticks_per_quarter = 1920

--- A place or a length as plain data: in ticks or in samples, whichever Ardour counts it in.
function region_state.plain(time)
	if time:str():sub(1, 1) == "b" then
		return { ticks = time:ticks() }
	end
	return { samples = time:samples() }
end

function region_state.position(plain)
	return plain.ticks and Temporal.timepos_t.from_ticks(plain.ticks) or Temporal.timepos_t(plain.samples)
end

function region_state.length(plain)
	return plain.ticks and Temporal.timecnt_t.from_ticks(plain.ticks) or Temporal.timecnt_t.from_samples(plain.samples)
end

--- Whether two places or lengths are the same, but for a sample of rounding.
function region_state.is_same_time(one, other)
	if one.ticks and other.ticks then
		return one.ticks == other.ticks
	end
	return one.samples ~= nil and other.samples ~= nil and nearness.is_same_sample(one.samples, other.samples)
end

local function by_id(id)
	local persistent = ids.parse(id)
	local region = persistent and ARDOUR.RegionFactory.region_by_id(persistent)
	return region and not region:isnil() and region or nil
end

local function is_placed(region)
	return region ~= nil and not region:playlist():isnil()
end

--- Return the region with this id that lies on a playlist; nil where there is none.
function region_state.placed(_, id)
	local region = by_id(id)
	return is_placed(region) and region or nil
end

--- Return the region with this id that was taken off its playlist, or nil; Ardour keeps those.
function region_state.kept(id)
	local region = by_id(id)
	return region and not is_placed(region) and region or nil
end

--- Return the playlist with this id, or nil.
function region_state.find_playlist(session, id)
	local persistent = ids.parse(id)
	local playlist = persistent and session:playlists():by_id(persistent)
	return playlist and not playlist:isnil() and playlist or nil
end

-- All regions that lie on tracks, with their names.
local function all_things(session)
	local things = {}
	for _, route in ipairs(strips.all(session)) do
		for _, region in ipairs(strips.regions(route)) do
			things[#things + 1] = { id = ids.of(region), name = region:name() }
		end
	end
	return things
end

-- The id that a name of a request stands for: a ref, or a region whose place another one took in this change set.
local function id_of(context, name)
	local id, hops = name, 0
	while context.refs[id] and hops < 100 do
		id, hops = context.refs[id], hops + 1
	end
	return id
end

--- Return the region that an operation names, its id and its playlist; stops where none is placed under that name.
function region_state.named(context, name)
	local session = context.session
	local region = region_state.placed(session, id_of(context, name))
		or region_state.placed(session, names.only("region", name, all_things(session)).id)
	return region, ids.of(region), region:playlist()
end

function region_state.is_audio(region)
	return region:to_midiregion():isnil()
end

--- Return the audio region that an operation names, and its id; a MIDI region is refused with what to do instead.
function region_state.named_audio(context, operation, instead)
	local region, id, playlist = region_state.named(context, operation.region)
	if not region_state.is_audio(region) then
		faults.stop("invalid", region:name() .. " is a MIDI region, and " .. operation.verb .. " works on audio; " .. instead)
	end
	return region:to_audioregion(), id, playlist
end

--- The name that Ardour takes for a region: of a MIDI region it takes none with these (MidiRegion::set_name), so each
-- becomes "_", as in the names of tracks from 8 on.
function region_state.legal_name(region, name)
	return region_state.is_audio(region) and name or (name:gsub("[/\\:;%c]", "_"))
end

function region_state.refuse_locked(region)
	if region:position_locked() or region:locked() then
		faults.stop("invalid", region:name() .. " is locked; unlock it first with lock_region")
	end
end

--- The track of a playlist and its id, or nil where it is gone.
function region_state.track_of(session, playlist)
	local route = strips.find(session, playlist:get_orig_track_id():to_s())
	if not route or route:to_track():isnil() then
		return nil
	end
	return route, ids.of(route)
end

--- A place given in ticks, counted as the region's own position is.
function region_state.at(region, ticks)
	if region:position():is_beats() then
		return Temporal.timepos_t.from_ticks(ticks)
	end
	return Temporal.timepos_t(timeline.samples_at(ticks))
end

--- Where a region starts and ends, in samples and as text.
function region_state.start_samples(region)
	return region:position():samples()
end

function region_state.end_samples(region)
	return (region:position() + region:length()):samples()
end

function region_state.span(region)
	local function shown(time)
		return timeline.text(timeline.place_at(time:is_beats() and time:ticks() or timeline.ticks_at_sample(time:samples())))
	end
	return string.format("%s to %s", shown(region:position()), shown(region:position() + region:length()))
end

--- Extent and place of a region as plain data.
function region_state.shape(region)
	return {
		playlist = ids.of(region:playlist()),
		position = region_state.plain(region:position()),
		length = region_state.plain(region:length()),
		start = region_state.plain(region:start()),
	}
end

-- A place less a distance, or two of them, where both are counted in the same way; else nil.
local function combined(one, other, sign)
	for _, unit in ipairs({ "ticks", "samples" }) do
		if one and other and one[unit] and other[unit] then
			return { [unit] = one[unit] + sign * other[unit] }
		end
	end
	return nil
end

--- The shape that a region of a shape has once it is trimmed; nil where its times are counted in different ways.
function region_state.trimmed(was, from, to)
	local position = from or was.position
	local start = combined(was.start, combined(position, was.position, -1), 1)
	local length = combined(to or combined(was.position, was.length, 1), position, -1)
	return start and length and { playlist = was.playlist, position = position, length = length, start = start } or nil
end

function region_state.is_same_shape(one, other)
	return one.playlist == other.playlist and region_state.is_same_time(one.position, other.position)
		and region_state.is_same_time(one.length, other.length) and region_state.is_same_time(one.start, other.start)
end

-- Which region lies on which layer, lowest first, as "id layer;id layer"; empty where no two overlap.
local function stack_of(playlist)
	local list, is_stacked = {}, false
	for region in lists.each(playlist:region_list()) do
		local layer = region:layer()
		is_stacked = is_stacked or layer > 0
		list[#list + 1] = { layer = layer, id = ids.of(region) }
	end
	if not is_stacked then
		return ""
	end
	table.sort(list, function (one, other)
		return one.layer < other.layer or (one.layer == other.layer and one.id < other.id)
	end)
	for i, entry in ipairs(list) do
		list[i] = entry.id .. " " .. entry.layer
	end
	return table.concat(list, ";")
end

--- The layers of playlists as plain data.
function region_state.stacks(...)
	local list = json.array()
	for _, playlist in ipairs({ ... }) do
		local stack = stack_of(playlist)
		list[#list + 1] = stack ~= "" and { playlist = ids.of(playlist), stack = stack } or nil
	end
	return list
end

-- Put the regions that are still there back on their layers, by raising them in the old order.
local function restack(playlist, stack)
	local list, is_same = {}, true
	for id, layer in stack:gmatch("(%d+) (%d+)") do
		local region = by_id(id)
		if is_placed(region) and ids.of(region:playlist()) == ids.of(playlist) then
			list[#list + 1] = region
			is_same = is_same and region:layer() == math.tointeger(layer)
		end
	end
	for _, region in ipairs(is_same and {} or list) do
		region:raise_to_top()
	end
end

--- Put the layers of playlists back as they were read, where the playlists are still there.
function region_state.restack(session, stacks)
	for _, entry in ipairs(stacks) do
		local playlist = region_state.find_playlist(session, entry.playlist)
		if playlist then
			restack(playlist, entry.stack)
		end
	end
end

--- The ids of the regions on a playlist, as a set.
function region_state.ids_on(playlist)
	local known = {}
	for region in lists.each(playlist:region_list()) do
		known[ids.of(region)] = true
	end
	return known
end

--- Let Ardour forget that a playlist changed, so that its next own edit does not take our change into its undo.
function region_state.forget_changes(playlist)
	playlist:to_stateful():clear_changes()
end

-- How often regions were put on playlists here, by id. A playlist starts to listen to a region each time that it is put
-- there and never stops (Playlist::add_region_internal, at 7.3 to 9.8), so each change is told as often.
local n_placings = {}

--- How often each change of a region is told to its playlists.
function region_state.n_listeners(region)
	return 1 + (n_placings[ids.of(region)] or 0)
end

--- Put a region on a playlist, as itself; Ardour would put a copy there of one that it counts as a whole file.
function region_state.put(playlist, region, position)
	if region:whole_file() then
		region:trim_to(region:position(), region:length()) -- changes nothing, but takes that mark away
	end
	local id = ids.of(region)
	n_placings[id] = (n_placings[id] or 0) + 1
	region_state.forget_changes(playlist)
	playlist:add_region(region, position, 1, false)
	region_state.forget_changes(playlist)
end

function region_state.take_off(region)
	local playlist = region:playlist()
	region_state.forget_changes(playlist)
	playlist:remove_region(region)
	region_state.forget_changes(playlist)
end

--- Change bounds or places of regions of a playlist, off it: changed on it, Ardour sorts its list of regions anew without
-- a lock, and its reading thread, still busy with an earlier change, crashes now and then (Playlist::region_bounds_changed,
-- seen at 7.3; it locks from 8 on).
function region_state.change_all_aside(session, playlist, regions, change)
	local config = ARDOUR.config()
	local stacks, follows = region_state.stacks(playlist), config:get_automation_follows_regions()
	config:set_automation_follows_regions(false) -- on its way back Ardour would lose points of the track's automation
	for _, region in ipairs(regions) do
		region_state.take_off(region)
	end
	local is_done, fault = pcall(change)
	for _, region in ipairs(regions) do
		region_state.put(playlist, region, region:position())
	end
	region_state.restack(session, stacks)
	config:set_automation_follows_regions(follows)
	if not is_done then
		error(fault, 0)
	end
end

--- Change a region's bounds or place, off its playlist.
function region_state.change_aside(session, region, change)
	region_state.change_all_aside(session, region:playlist(), { region }, change)
end

return region_state
