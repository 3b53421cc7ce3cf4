-- The steps of a change set: each is one operation, with what takes it back written down before and what became of it after.

local steps = {}

-- What a step is given. `refs` shows what the change set made so far, and keeps apart what this step adds.
local function context_of(record, session, editor, index)
	local context = {
		session = session, editor = editor, change_set = record.id, index = index,
		refs = setmetatable({}, { __index = record.refs }),
	}
	function context.undo_with(inverse)
		if not inverse.key or not registry.inverses[inverse.kind] and inverse.kind ~= "remove_track" then
			faults.stop("failed", "this bridge cannot tell how to take back a " .. tostring(inverse.kind))
		end
		records.add(record, { line = "inverse", index = index, inverse = inverse })
	end
	return context
end

local function summary(outcomes, told)
	local joined = { status = "verified", asked = told.asked }
	local read = {}
	for i, outcome in ipairs(outcomes) do
		if outcome.status == "unverified" then
			joined.status, joined.reason = "unverified", outcome.reason
		end
		joined.route_id = joined.route_id or outcome.route_id
		joined.target_id = joined.target_id or outcome.target_id
		read[i] = i <= 3 and outcome.read_back or nil
	end
	read[#read + 1] = #outcomes > 3 and string.format("and %d more", #outcomes - 3) or nil
	joined.read_back = #outcomes == 0 and "nothing to change" or table.concat(read, "; ")
	return joined
end

local function run_one(context, operation)
	registry.before(operation.verb)
	local outcome = registry.operation(operation.verb)(context, operation)
	outcome.status = outcome.status or "verified"
	return outcome
end

-- Run the operations that an operation was computed into; together they have one outcome.
local function run_parts(context, parts)
	if parts.refusal then
		faults.stop("invalid", parts.refusal)
	end
	local outcomes = {}
	for i, operation in ipairs(parts.operations) do
		outcomes[i] = run_one(context, operation)
	end
	return summary(outcomes, parts)
end

-- The ids of what a step made: under its refs, and of new strips the processors, by their places, and the playlist.
local function made_by(context)
	local made = {}
	for ref, id in pairs(context.refs) do
		made[ref] = id
		local route = strips.find(context.session, id)
		for place, processor in ipairs(route and processors.shown(route) or {}) do
			made[ref .. " " .. place] = ids.of(processor)
		end
		local track = route and route:to_track()
		made[ref .. " playlist"] = track and not track:isnil() and ids.of(track:playlist()) or nil
	end
	return made
end

-- Let what a step made go on under the ids that the same things had in the attempt before. Returns what it made, by
-- their known ids, and those ids by the ones under which the step went.
local function with_known_ids(record, context)
	local made, before = made_by(context), record.made_before[context.index + 1] or {}
	local replaced, renamed = {}, {}
	for name, id in pairs(made) do
		if before[name] and before[name] ~= id and before[name]:match("^%d+$") then
			replaced[before[name]] = id
		end
	end
	ids.take_over(context.session, replaced)
	for name, id in pairs(made) do
		made[name] = ids.known_as(id)
		renamed[id] = made[name] ~= id and made[name] or nil
	end
	return made, renamed
end

-- Write down what became of a step; returns "done" or "failed", or "asking" and the routes that the editor asks about.
local function close(record, context, is_done, outcome)
	if is_done and outcome.is_asking then
		return "asking", outcome.routes
	end
	if not is_done then
		outcome = { status = "failed", reason = faults.sentence(outcome), fault = outcome }
	end
	outcome.status = outcome.status or "verified"
	local line = { line = "outcome", index = context.index, state = is_done and "done" or "failed", outcome = outcome }
	local renamed
	line.made, renamed = with_known_ids(record, context)
	line.refs, line.renamed = records.renamed(context.refs, renamed), next(renamed) and renamed or nil
	for _, name in ipairs({ "route_id", "target_id" }) do
		outcome[name] = outcome[name] and ids.known_as(outcome[name])
	end
	records.add(record, line)
	return line.state
end

--- Do the next operation and write down what it did. Returns "done", "failed" or "busy", or "asking" and the routes that
-- the editor asks about.
function steps.run(record, session, editor, parts)
	local index = #record.entries
	records.add(record, { line = "start", index = index })
	local context = context_of(record, session, editor, index)
	local run = parts and run_parts or run_one
	local is_done, outcome = faults.guard(run, context, parts or record.operations[index + 1])
	if not is_done and outcome.kind == "busy" and #record.entries[index + 1].inverses == 0 then
		records.add(record, { line = "busy", index = index })
		return "busy"
	end
	return close(record, context, is_done, outcome)
end

--- Look what became of the last operation, about which the editor asked the person; returns the same as `run`.
function steps.settle(record, session, editor)
	local index = #record.entries - 1
	local context, operation = context_of(record, session, editor, index), record.operations[index + 1]
	return close(record, context, faults.guard(
		registry.settle[operation.verb], context, operation, record.entries[index + 1].inverses
	))
end

return steps
