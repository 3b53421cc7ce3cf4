-- Ardour's persistent ids, as the text under which requests and journals know strips, regions, sources and processors.

local ids = {}

function ids.of(object)
	return object:to_stateful():id():to_s()
end

--- The id that a text stands for, or nil where it cannot be one; Ardour itself would make any number of such a text.
function ids.parse(text)
	return text:match("^%d+$") and PBD.ID(text) or nil
end

return ids
