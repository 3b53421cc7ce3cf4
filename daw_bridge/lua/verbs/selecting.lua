-- select_routes: which strips are selected in the editor.

local selecting = { operations = {}, inverses = {} }

function selecting.operations.select_routes(context, operation)
	local routes, wanted = {}, json.array()
	for i, name in ipairs(operation.routes) do
		routes[i], wanted[i] = strips.named(context, name)
	end
	if not context.editor then
		return { status = "unverified", reason = "there is no editor, so nothing can be selected" }
	end
	selection.set(context, routes)
	local now = reader.selected_routes(context.session)
	table.sort(now)
	table.sort(wanted)
	local outcome = { asked = table.concat(wanted, " "), read_back = table.concat(now, " ") }
	if outcome.asked ~= outcome.read_back then
		outcome.status, outcome.reason = "unverified", "hidden strips cannot be selected"
	end
	return outcome
end

return selecting
