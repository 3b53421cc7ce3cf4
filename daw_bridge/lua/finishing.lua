-- Finishing a change set: the selection is as it was, and the log says how it ended and what the session is then.

local finishing = {}

local function restore_selection(session, editor, record)
	local routes = {}
	for _, id in ipairs(record.selected_routes) do
		routes[#routes + 1] = strips.find(session, id)
	end
	selection.set({ session = session, editor = editor }, routes)
end

--- Close the log with how it ended and what the session is then.
function finishing.close(record, session, editor, state)
	if editor and state ~= "applied" then
		restore_selection(session, editor, record)
	end
	local revision, text = revisions.read(session, editor)
	pcall(revisions.keep, session, revision, text) -- all is done; a full disk only means that it cannot be compared
	records.add(record, { line = "finish", state = state, revision = revision })
end

return finishing
