-- add_playlist, switch_playlist, rename_playlist, delete_playlist and comp_playlist: the takes of a track.
-- Lua cannot remove a playlist from Ardour (7.3 to 9.8). One that is to go is emptied, set aside under a name of its
-- own, left out of what a session is said to hold, and used again for the next new one of its track.

local playlists = { operations = {}, inverses = {} }

local aside_name = "(unused)"

--- Whether a playlist is one that was to go.
function playlists.is_aside(playlist)
	return playlist:name():sub(1, #aside_name) == aside_name and playlist:n_regions() == 0
end

local function all_of(session, track)
	local list = {}
	for playlist in lists.each(session:playlists():playlists_for_track(track)) do
		list[#list + 1] = playlist
	end
	return list
end

-- The track that an operation names, as a track, and its id.
local function named_track(context, name)
	local route, route_id = strips.named(context, name)
	local track = route:to_track()
	if track:isnil() then
		faults.stop("invalid", route:name() .. " is a " .. strips.kind(route) .. ", which has no playlists; name a track")
	end
	return track, route_id
end

-- All playlists, with their names; Ardour keeps those of removed tracks.
local function all_things(session)
	local things = {}
	for _, list in ipairs({ session:playlists():get_used(), session:playlists():get_unused() }) do
		for playlist in list:iter() do
			if not playlists.is_aside(playlist) and region_state.track_of(session, playlist) then
				things[#things + 1] = { id = ids.of(playlist), name = playlist:name() }
			end
		end
	end
	return things
end

--- Return the playlist that an operation names, by ref, id, or a name that only one bears.
function playlists.named(context, name)
	local session = context.session
	local found = region_state.find_playlist(session, context.refs[name] or name)
	if not found or playlists.is_aside(found) then
		found = region_state.find_playlist(session, names.only("playlist", name, all_things(session)).id)
	end
	return found, ids.of(found)
end

function playlists.track_of(context, playlist)
	local route, route_id = region_state.track_of(context.session, playlist)
	if not route then
		faults.stop("failed", "the track of the playlist " .. playlist:name() .. " is gone")
	end
	return route:to_track(), route_id
end

local function refuse_taken(session, name)
	local taken = session:playlists():by_name(name)
	if not taken:isnil() then
		faults.stop("invalid", "there is a playlist " .. name .. " already; choose another name")
	end
end

local function is_in_use(track, id)
	return ids.of(track:playlist()) == id
end

local function use(track, id)
	track:find_and_use_playlist(track:data_type(), ids.parse(id))
	return is_in_use(track, id)
end

local function set_name(playlist, name)
	playlist:set_name(name)
	region_state.forget_changes(playlist)
end

local function outcome(track, route_id, playlist, asked)
	return {
		target_id = ids.of(playlist), route_id = route_id, asked = asked,
		read_back = string.format("%s with %d region(s), %s", playlist:name(), playlist:n_regions(),
			is_in_use(track, ids.of(playlist)) and "in use" or "not in use"),
	}
end

-- Have the track make a playlist and use it: one that was set aside, else a new one.
local function make(session, track, is_copy)
	if is_copy then
		track:use_copy_playlist()
		return track:playlist()
	end
	for _, playlist in ipairs(all_of(session, track)) do
		if playlists.is_aside(playlist) and use(track, ids.of(playlist)) then
			return playlist
		end
	end
	track:use_new_playlist(track:data_type())
	return track:playlist()
end

playlists.finders = { playlist = playlists.named }

function playlists.operations.add_playlist(context, operation)
	local track, route_id = named_track(context, operation.track)
	refuse_taken(context.session, operation.name)
	local before = ids.of(track:playlist())
	local n_regions = operation.is_copy and track:playlist():n_regions() or 0
	local playlist = make(context.session, track, operation.is_copy)
	local id = ids.of(playlist)
	local own = json.array()
	for region in lists.each(playlist:region_list()) do
		own[#own + 1] = ids.of(region)
	end
	context.undo_with({
		kind = "set_playlist_aside", key = "playlist:" .. id, playlist = id, route = route_id, was_in_use = before, own = own,
	})
	if id == before or playlist:n_regions() ~= n_regions then
		faults.stop("failed", "Ardour made no playlist for " .. track:name())
	end
	context.refs[operation.ref] = id
	set_name(playlist, operation.name)
	if not operation.is_used then
		use(track, before)
	end
	if playlist:name() ~= operation.name or is_in_use(track, id) ~= operation.is_used then
		faults.stop("failed", "the playlist reads " .. playlist:name())
	end
	return outcome(track, route_id, playlist, operation.name .. " with " .. n_regions .. " region(s)")
end

function playlists.operations.switch_playlist(context, operation)
	local playlist, id = playlists.named(context, operation.playlist)
	local track, route_id = playlists.track_of(context, playlist)
	context.undo_with({
		kind = "switch_playlist_back", key = "route:" .. route_id .. ":playlist", route = route_id,
		was = ids.of(track:playlist()), set = id,
	})
	if not use(track, id) then
		faults.stop("failed", track:name() .. " plays " .. track:playlist():name())
	end
	return outcome(track, route_id, playlist, playlist:name() .. " in use")
end

function playlists.operations.rename_playlist(context, operation)
	local playlist, id = playlists.named(context, operation.playlist)
	local track, route_id = playlists.track_of(context, playlist)
	if playlist:name() ~= operation.name then
		refuse_taken(context.session, operation.name)
	end
	context.undo_with({
		kind = "rename_playlist_back", key = "playlist:" .. id .. ":name", playlist = id,
		was = playlist:name(), set = operation.name,
	})
	set_name(playlist, operation.name)
	if playlist:name() ~= operation.name then
		faults.stop("failed", "the playlist reads " .. playlist:name())
	end
	return outcome(track, route_id, playlist, operation.name)
end

-- A name for one more playlist that is set aside; Ardour itself would give two the same.
local function free_aside_name(session)
	local number, name = 1, aside_name
	while not session:playlists():by_name(name):isnil() do
		number = number + 1
		name = aside_name .. " " .. number
	end
	return name
end

function playlists.operations.delete_playlist(context, operation)
	local playlist, id = playlists.named(context, operation.playlist)
	local track, route_id = playlists.track_of(context, playlist)
	if is_in_use(track, id) then
		faults.stop("invalid", playlist:name() .. " is the one that " .. track:name() .. " plays; switch to another one first")
	end
	local name, list = playlist:name(), {}
	for region in lists.each(playlist:region_list()) do
		list[#list + 1] = region
	end
	for _, region in ipairs(list) do
		region_edits.remove(context, region)
	end
	local aside = free_aside_name(context.session)
	context.undo_with({
		kind = "rename_playlist_back", key = "playlist:" .. id, playlist = id, was = name, set = aside,
	})
	set_name(playlist, aside)
	local result = outcome(track, route_id, playlist, "delete " .. name)
	result.reason = "Lua cannot remove a playlist; it is empty and set aside for the next new one of this track"
	return result
end

function playlists.inverses.set_playlist_aside(context, inverse)
	local playlist = region_state.find_playlist(context.session, inverse.playlist)
	local route = strips.find(context.session, inverse.route)
	if not playlist or not route then
		return nil -- it went with its track
	end
	local own = {}
	for _, id in ipairs(inverse.own) do
		own[id] = true
	end
	local list, n_foreign = {}, 0
	for region in lists.each(playlist:region_list()) do
		list[#list + 1] = region
		n_foreign = n_foreign + (own[ids.of(region)] and 0 or 1)
	end
	if n_foreign > 0 then
		return string.format("the playlist %s was kept: it holds %d region(s) that came since", playlist:name(), n_foreign)
	end
	local track = route:to_track()
	if is_in_use(track, inverse.playlist) and not use(track, inverse.was_in_use) then
		return "the playlist " .. playlist:name() .. " was kept: the one before it is gone"
	end
	for _, region in ipairs(list) do
		region_state.take_off(region)
	end
	set_name(playlist, free_aside_name(context.session))
	return nil
end

function playlists.inverses.switch_playlist_back(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	local track = route:to_track()
	if not is_in_use(track, inverse.set) then
		return track:name() .. " was switched to another playlist since; left as it is"
	end
	if not use(track, inverse.was) then
		return track:name() .. " stays on " .. track:playlist():name() .. ": the playlist before it is gone"
	end
	return nil
end

function playlists.inverses.rename_playlist_back(context, inverse)
	local playlist = region_state.find_playlist(context.session, inverse.playlist)
	if not playlist then
		return nil -- it went with its track
	end
	if playlist:name() ~= inverse.set then
		return playlist:name() .. " was renamed since; left as it is"
	end
	set_name(playlist, inverse.was)
	return nil
end

return playlists
