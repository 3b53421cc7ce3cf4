-- What can be said against a change set in this session before anything is done.

local preview = {}

--- What speaks against beginning where the session is not the one that was meant.
function preview.other_session(session, arguments)
	local here, meant = session:path():gsub("/+$", ""), arguments.session_folder
	return meant ~= json.null and meant ~= here and { other_session = here } or nil
end

--- Complaints by the index of the operation: those of the caller, names that mean nothing here, and what this Ardour
-- cannot do.
function preview.complaints(session, editor, arguments)
	local found, derived = arguments.complaints, {}
	for _, index in ipairs(arguments.derived) do
		derived[index] = true
	end
	for i, operation in ipairs(arguments.operations) do
		local index = tostring(i - 1)
		found[index] = found[index] or registry.complaint(operation.verb, session, editor, derived[i - 1])
	end
	local context = { session = session, editor = editor, refs = {} }
	for _, named in ipairs(arguments.names) do
		local finder = registry.finders[named.kind]
		if finder and not found[tostring(named.index)] then
			local is_found, fault = faults.guard(finder, context, named.name)
			if not is_found then
				found[tostring(named.index)] = faults.sentence(fault)
			end
		end
	end
	return found
end

--- Say of each operation whether it could be done here, and at which revision the session is.
function preview.of(session, editor, arguments)
	return preview.other_session(session, arguments) or {
		revision = revisions.read(session, editor), complaints = preview.complaints(session, editor, arguments),
	}
end

return preview
