-- What took the place of what: a change set that is done again makes its objects anew, and Ardour gives them new ids.
-- Whoever names an old id, such as a later change set, still finds the object. Kept beside the change sets.

local aliases = {}

local known = { path = "", ids = {} }

local function all(session)
	local path = session:path() .. "/sideman/changes/aliases.json"
	if known.path ~= path then
		local text = files.read(path)
		known = { path = path, ids = text and json.decode(text) or {} }
	end
	return known
end

--- The id under which an object is known now; the same one where nothing took its place.
function aliases.current(session, id)
	return all(session).ids[id] or id
end

--- Note what took the place of what, as a table of new ids by old ones.
function aliases.add(session, replaced)
	local found = all(session)
	if not next(replaced) then
		return
	end
	for old, new in pairs(found.ids) do
		found.ids[old] = replaced[new] or new
	end
	for old, new in pairs(replaced) do
		found.ids[old] = new
		found.ids[new] = nil -- it is there again, whatever took its place once
	end
	files.replace(found.path, json.encode(found.ids))
end

return aliases
