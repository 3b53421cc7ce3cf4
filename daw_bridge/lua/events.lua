-- What passes in the editor and is no change of the session: which one is open, where the playhead is, what is selected.
-- Reading it costs a fraction of what the whole session does, so that somebody may look many times a second.

local events = {}

function events.passing(session, editor)
	local facts = reader.transport(session)
	facts.folder = session:path()
	facts.selected_routes = reader.selected_routes(session)
	facts.selected_regions = reader.selected_regions(editor)
	facts.selected_range = reader.selected_range(editor)
	return facts
end

return events
