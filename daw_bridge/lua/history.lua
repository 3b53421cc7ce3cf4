-- Changing the session without an entry in Ardour's undo history: a change set is undone as a whole, by us, and the
-- editor's own undo must never take half of it away.

local history = {}

--- Run `change` as the named operation, and drop what it put into the history.
function history.without_entry(session, name, change)
	session:begin_reversible_command(name)
	local is_done, reason = pcall(change)
	session:abort_reversible_command()
	if not is_done then
		error(reason, 0)
	end
end

return history
