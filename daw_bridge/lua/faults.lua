-- How a verb says no: an error value with a kind that Python turns into a type.

local faults = {}

--- Stop the verb. `kind` is one of: invalid, not_found, no_folder, recording, busy, failed, expired, version.
function faults.stop(kind, message, facts)
	local fault = facts or {}
	fault.kind, fault.message = kind, message
	error(fault, 0)
end

--- Stop where there is no editor, naming what needs one.
function faults.require_editor(context, what)
	if not context.editor then
		faults.stop("invalid", what .. " needs the editor")
	end
end

--- Turn whatever a pcall caught into a fault.
function faults.from(caught)
	if type(caught) == "table" and caught.kind then
		return caught
	end
	-- an exception of Ardour's own reaches Lua as whatever lay on the stack
	local message = type(caught) == "string" and caught or "Ardour raised an error of its own; its log says which"
	return { kind = "failed", message = message }
end

--- Tell a fault in one sentence, with the nearest match where a name was wrong, or what there is.
function faults.sentence(fault)
	local function given(value)
		return value and value ~= json.null and value or nil
	end
	local nearest, known = given(fault.nearest), given(fault.known)
	return fault.message .. (known and "; " .. known or "") .. (nearest and "; did you mean " .. nearest .. "?" or "")
end

--- Run a verb; returns true and its result, or false and a fault. Never raises.
function faults.guard(verb, ...)
	local is_done, result = pcall(verb, ...)
	if is_done then
		return true, result
	end
	return false, faults.from(result)
end

return faults
