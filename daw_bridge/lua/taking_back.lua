-- Taking a change set back, last change first. A request does as much of it as the time allows.

local taking_back = {}

local now_us = ARDOUR.LuaAPI.monotonic_time

-- A track that Ardour had made when it died, before the log said so: unknown, and named as the step asked.
local function adopt_orphans(session, record)
	local known = {}
	for _, id in ipairs(record.known_routes) do
		known[id] = true
	end
	for _, id in pairs(record.refs) do
		known[id] = true
	end
	local entry = record.entries[#record.entries]
	local operation = entry and record.operations[entry.index + 1]
	if not entry or entry.state ~= "started" or #entry.inverses > 0 or not tracks.operations[operation.verb] then
		return
	end
	for _, route in ipairs(strips.all(session)) do
		local id, name = ids.of(route), operation.name
		if type(name) == "string" and not known[id] and route:name():sub(1, #name) == name then
			records.add(record, {
				line = "inverse", index = entry.index, inverse = { kind = "remove_track", route = id, key = "route:" .. id },
			})
		end
	end
end

-- Who changed what an inverse finds changed since: a later change set, as the caller knows them by key, or the person,
-- who may have opened another snapshot as well, or a scene that was recalled: which controls that has set is not told by
-- key. Other notes tell of what Ardour could not do, which was nobody's hand.
local function told(note, inverse, later)
	if not note then
		return nil
	end
	local recall = scenes.sets[inverse.kind] and later[scenes.recall_key]
	local by = later[inverse.key] and "by the later change set " .. later[inverse.key]
		or note:find(" since", 1, true) and (recall and "by the later change set " .. recall .. ", or by hand"
			or "by hand, or with another snapshot")
	return by and note .. " (" .. by .. ")" or note
end

local function take_back_one(context, record, inverse, later)
	local undo = registry.inverses[inverse.kind]
	if not undo then
		records.settle(record, inverse, "this bridge does not know how to take back " .. tostring(inverse.kind))
		return
	end
	local is_done, note = faults.guard(undo, context, inverse)
	if not is_done and note.kind == "busy" then
		return "busy"
	end
	if is_done then
		note = told(note, inverse, later)
	else
		note = faults.sentence(note)
	end
	records.settle(record, inverse, note)
end

local function standing_tracks(record)
	local list = {}
	for _, inverse in ipairs(record.inverses) do
		if inverse.kind == "remove_track" and not inverse.is_undone then
			list[#list + 1] = inverse
		end
	end
	return list
end

-- Remove the tracks that still stand, all in one go; returns the ids of those that the editor now asks about.
local function take_back_tracks(context, record, standing)
	local is_asking = tracks.remove(context, record.inverses, standing)
	local left = json.array()
	for _, inverse in ipairs(standing) do
		if inverse.is_undone then
			records.settle(record, inverse, inverse.note)
		else
			left[#left + 1] = inverse.route
		end
	end
	return is_asking, left
end

local function start_taking_back(context, record)
	if record.state == "reverting" then
		return
	end
	adopt_orphans(context.session, record)
	records.add(record, { line = "reverting", revision = (revisions.read(context.session, context.editor)) })
	reader.forget_regions()
end

--- Take back what stands, last first, as far as the time allows, and close the log.
-- Tracks go together at the end. Where the editor must ask the person about them, that is done only with `may_ask`.
function taking_back.go_on(session, editor, arguments)
	local until_us = now_us() + arguments.budget_seconds * 1e6
	local record = records.get(session, arguments.id)
	local context = { session = session, editor = editor, change_set = record.id, refs = record.refs }
	start_taking_back(context, record)
	for i = #record.inverses, 1, -1 do
		local inverse = record.inverses[i]
		if not inverse.is_undone and inverse.kind ~= "remove_track" then
			local is_busy = waiting.is_dropping() or take_back_one(context, record, inverse, arguments.later) == "busy"
			if is_busy or now_us() >= until_us then
				return { remaining = true, is_asking = false, is_busy = is_busy }
			end
		end
	end
	if waiting.is_dropping() then
		return { remaining = true, is_asking = false, is_busy = true }
	end
	local standing = standing_tracks(record)
	if #standing > 0 and not session.remove_route and not arguments.may_ask then
		return { remaining = true, is_asking = false, must_ask = true }
	end
	if #standing > 0 then
		local is_asking, left = take_back_tracks(context, record, standing)
		if is_asking then
			return { remaining = true, is_asking = true, routes = left }
		end
	end
	finishing.close(record, session, editor, arguments.state)
	return { remaining = false, is_asking = false }
end

--- Open a closed record again, because the session was loaded from a file in which its work still stands.
function taking_back.reopen(session, _, arguments)
	records.add(records.get(session, arguments.id), { line = "reopen" })
	return {}
end

return taking_back
