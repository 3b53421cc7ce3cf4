-- Ardour's persistent ids, as the text under which requests and journals know strips, regions, sources and processors.
-- What is brought back after it was deleted is a new object to Ardour. It goes on under the id by which everybody knows
-- it: `sideman/ids.json` in the session's folder holds known id -> present id.

local ids = {}

local path
local present, known = {}, {} -- known id -> present id, and back

local function is_there(session, id)
	local persistent = PBD.ID(id)
	for group in session:route_groups():iter() do
		if group:to_stateful():id():to_s() == id then
			return true
		end
	end
	return not session:stripable_by_id(persistent):isnil() or not session:processor_by_id(persistent):isnil()
end

--- Read which ids of this session stand for others; where the session was loaded from an older file they do not hold.
function ids.use(session)
	local here = session:path() .. "/sideman/ids.json"
	if here == path then
		return
	end
	path, present, known = here, {}, {}
	local text = files.read(here)
	for old, new in pairs(text and json.decode(text) or {}) do
		if is_there(session, new) and not is_there(session, old) then
			present[old], known[new] = new, old
		end
	end
end

--- Let a new object go on under the id of the one whose place it takes.
function ids.succeed(session, id, object)
	ids.use(session)
	local new = object:to_stateful():id():to_s()
	if present[id] then
		known[present[id]] = nil
	end
	present[id], known[new] = new, id
	files.replace(path, json.encode(present))
end

--- The id under which everybody knows the object that now has an id of Ardour's.
function ids.known_as(id)
	return known[id] or id
end

function ids.of(object)
	return ids.known_as(object:to_stateful():id():to_s())
end

--- The id that a text stands for, or nil where it cannot be one; Ardour itself would make any number of such a text.
function ids.parse(text)
	return text:match("^%d+$") and PBD.ID(present[text] or text) or nil
end

return ids
