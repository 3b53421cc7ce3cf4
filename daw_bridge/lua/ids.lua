-- Ardour's persistent ids, as the text under which requests and journals know strips, plugins, sends, groups, VCAs,
-- regions and playlists. What is made anew in the place of something, because its deletion was taken back or its change
-- set is done again, is a new object to Ardour. It goes on under the id by which everybody knows the first one.
-- `sideman/ids.json` in the session's folder holds under such an id all those that Ardour gave its objects since, the
-- latest last. None is ever taken out: the session may be loaded from a file in which an earlier one stands.

local ids = {}

local path
local successors = {} -- known id -> list of Ardour's ids
local present, known = {}, {} -- known id -> Ardour's id now, and for each of Ardour's the known one

local function exists(object)
	return object ~= nil and not object:isnil()
end

local function is_group(session, id)
	for group in lists.each(session:route_groups()) do
		if ids.own(group) == id then
			return true
		end
	end
	return false
end

local function is_vca(session, id)
	for vca in lists.each(session:vca_manager():vcas()) do
		if ids.own(vca) == id then
			return true
		end
	end
	return false
end

local function is_region(persistent)
	local region = ARDOUR.RegionFactory.region_by_id(persistent)
	return exists(region) and not region:playlist():isnil()
end

-- Ardour keeps the playlists of removed tracks.
local function is_playlist(session, persistent)
	local playlist = session:playlists():by_id(persistent)
	return exists(playlist) and exists(session:route_by_id(playlist:get_orig_track_id()))
end

-- Whether Ardour has something in the session with just this id.
local function is_there(session, id)
	local persistent = PBD.ID(id)
	return exists(session:stripable_by_id(persistent)) or exists(session:processor_by_id(persistent))
		or is_playlist(session, persistent) or is_region(persistent) or is_group(session, id) or is_vca(session, id)
end

-- The id that Ardour was to give next when the session was saved.
local function next_id(session)
	local text = files.read(session:path() .. "/" .. session:snap_name() .. ".ardour")
	return tonumber(text and text:sub(1, 4096):match('id%-counter="(%d+)"')) or math.huge
end

-- Forget what was made after the session was saved and went with an editor that ended: Ardour gives such ids anew, to
-- other things.
local function forget_lost(session)
	local next_own = next_id(session)
	for id, list in pairs(successors) do
		for i = #list, 1, -1 do
			if tonumber(list[i]) >= next_own and not is_there(session, list[i]) then
				table.remove(list, i)
			end
		end
		successors[id] = #list > 0 and list or nil
	end
end

-- Let the latest object that is there go on under an id, unless the first one is there itself.
local function settle(session, id)
	if is_there(session, id) then
		return
	end
	local list = successors[id]
	present[id] = list[#list]
	for i = #list, 1, -1 do
		known[list[i]] = id
	end
	for i = #list, 1, -1 do
		if is_there(session, list[i]) then
			present[id] = list[i]
			return
		end
	end
end

--- Read which ids of this session stand for others.
function ids.use(session)
	local here = session:path() .. "/sideman/ids.json"
	if here == path then
		return
	end
	local text = files.read(here)
	path, successors, present, known = here, text and json.decode(text) or {}, {}, {}
	forget_lost(session)
	for id in pairs(successors) do
		settle(session, id)
	end
end

--- Let new objects go on under the ids of those whose place they take: a table of Ardour's new ids by known ones.
-- One whose predecessor is still there stays a new one.
function ids.take_over(session, replaced)
	ids.use(session)
	local is_changed = false
	for old, new in pairs(replaced) do
		local id = ids.known_as(old)
		if id ~= ids.known_as(new) and not is_there(session, present[id] or id) then
			local list = successors[id] or json.array()
			successors[id] = list
			list[#list + 1] = new
			present[id] = new
			for _, each in ipairs(list) do
				known[each] = id
			end
			is_changed = true
		end
	end
	if is_changed then
		files.replace(path, json.encode(successors))
	end
end

--- Let a new object go on under the id of the one whose place it takes.
function ids.succeed(session, id, object)
	ids.take_over(session, { [id] = ids.own(object) })
end

--- The id that Ardour itself gave an object: what its files name, and what tells it from one that it took the place of.
function ids.own(object)
	if object.full_name then -- a VCA: Ardour gives it another id with each start (7.3 to 9.8), but its fader's lane keeps its own
		return object:gain_control():alist():to_stateful():id():to_s()
	end
	return object:to_stateful():id():to_s()
end

--- The id under which everybody knows the object that has, or had, an id of Ardour's.
function ids.known_as(id)
	return known[id] or id
end

function ids.of(object)
	return ids.known_as(ids.own(object))
end

--- Whether something else took the place of an object, which Ardour still keeps, such as the playlist of a removed track.
function ids.is_superseded(object)
	local own = ids.own(object)
	return present[own] ~= nil and present[own] ~= own
end

--- Whether an object is the one to which Ardour gave an id, or came in its place, rather than one that was there before.
function ids.is_since(object, own_id)
	local own, is_passed = ids.own(object), ids.known_as(own_id) == own_id
	for _, each in ipairs(successors[ids.known_as(own_id)] or {}) do
		is_passed = is_passed or each == own_id
		if each == own then
			return is_passed
		end
	end
	return own == own_id
end

--- The id that a text stands for, or nil where it cannot be one; Ardour itself would make any number of such a text.
function ids.parse(text)
	if not text:match("^%d+$") then
		return nil
	end
	local id = ids.known_as(text)
	return PBD.ID(present[id] or id)
end

return ids
