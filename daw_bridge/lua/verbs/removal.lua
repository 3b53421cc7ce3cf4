-- delete_track and duplicate_track.

local removal = { operations = {}, inverses = {}, asks = {}, settle = {} }

function removal.operations.delete_track(context, operation)
	local session = context.session
	local route, id = strips.named(context, operation.route)
	local kind = strips.kind(route)
	if kind == "master" or kind == "monitor" then
		faults.stop("invalid", "the " .. kind .. " bus cannot be deleted")
	end
	context.undo_with({ kind = "restore_track", route = id, portrait = portraits.of(session, route), key = "route:" .. id })
	if not removal.asks.delete_track(session) then
		sidechains.remove_taps(session, route)
	end
	if tracks.take_out(context, { route }) then
		return { is_asking = true, routes = json.array({ id }) }
	end
	return removal.settle.delete_track(context, operation, { { route = id } })
end

--- Whether the editor asks the person before it deletes.
function removal.asks.delete_track(session)
	return not session.remove_route
end

--- Look whether the strip is gone, and where the question was not answered with "Yes" ask again.
function removal.settle.delete_track(context, _, inverses)
	collectgarbage() -- what Lua still holds of a removed strip keeps the names of its ports taken
	local id = inverses[1].route
	local route = strips.find(context.session, id)
	if not route then
		return { route_id = id, asked = "removed", read_back = "removed" }
	end
	if removal.asks.delete_track(context.session) and tracks.take_out(context, { route }) then
		return { is_asking = true, routes = json.array({ id }) }
	end
	faults.stop("failed", "the strip is still there")
end

-- Give a track the playlists that it had; the last one that is used is the one that plays. The one that it was made with
-- is set aside, by the name that the verbs on playlists know it by, since Lua cannot remove it.
local function take_playlists(portrait)
	return function (track)
		local fresh = track:playlist()
		local kind = ARDOUR.DataType(portrait.kind == "midi_track" and "midi" or "audio")
		for _, id in ipairs(portrait.playlists) do
			if id ~= portrait.playlist then
				track:find_and_use_playlist(kind, ids.parse(id))
			end
		end
		fresh:set_name("(unused) " .. ids.of(fresh))
		local is_back = track:find_and_use_playlist(kind, ids.parse(portrait.playlist)) == 0
		return not is_back and "its regions could not be found again" or nil
	end
end

function removal.inverses.restore_track(context, inverse)
	if strips.find(context.session, inverse.route) then
		return nil
	end
	collectgarbage()
	local route, notes = portraits.build(context.session, inverse.portrait, { material = take_playlists(inverse.portrait) })
	if route:name() ~= inverse.portrait.name then
		notes[#notes + 1] = "it came back as " .. route:name()
	end
	return #notes > 0 and table.concat(notes, "; ") or nil
end

-- Put copies of a track's regions on another one. MIDI regions get notes of their own; audio is shared, as always.
local function copy_material(original, track, is_midi)
	for region in lists.each(original:playlist():region_list()) do
		local copy = ARDOUR.RegionFactory.clone_region(region, true, is_midi)
		track:playlist():add_region(copy, region:position(), 1, false)
	end
	track:playlist():to_stateful():clear_changes()
end

local function sources_of(route)
	local list = json.array()
	for i, region in ipairs(strips.regions(route)) do
		list[i] = ids.of(region:source(0))
	end
	return list
end

-- A portrait without what only one strip can have.
local function for_another(portrait, name)
	portrait.id, portrait.name, portrait.senders = nil, name, json.array()
	portrait.values.solo = nil
	for _, entry in ipairs(portrait.processors) do
		local likeness = entry.likeness or {}
		likeness.plugin, likeness.send, likeness.sidechain = nil, nil, nil
	end
	return portrait
end

-- Names sources as the change set's own, for the one who removes the track that they are on.
function removal.inverses.own_sources()
	return nil
end

function removal.operations.duplicate_track(context, operation)
	local session = context.session
	local route, id = strips.named(context, operation.route)
	local kind = strips.kind(route)
	if kind == "master" or kind == "monitor" then
		faults.stop("invalid", "the " .. kind .. " bus cannot be duplicated")
	end
	local portrait = for_another(portraits.of(session, route), operation.name)
	local is_midi = kind == "midi_track"
	local function note_made(made)
		local made_id = ids.of(made)
		context.undo_with({ kind = "remove_track", route = made_id, sources = sources_of(route), key = "route:" .. made_id })
	end
	local copy, notes = portraits.build(session, portrait, {
		made = note_made,
		material = function (track)
			history.without_entry(session, "duplicate", function ()
				copy_material(route:to_track(), track, is_midi)
			end)
			context.undo_with({ kind = "own_sources", sources = sources_of(track), key = "route:" .. ids.of(track) })
		end,
	})
	context.refs[operation.ref] = ids.of(copy)
	if #strips.regions(copy) ~= #strips.regions(route) then
		faults.stop("failed", string.format("the copy has %d of %d regions", #strips.regions(copy), #strips.regions(route)))
	end
	local outcome = { route_id = ids.of(copy), asked = operation.name, read_back = copy:name() }
	if #notes > 0 then
		outcome.status, outcome.reason = "unverified", table.concat(notes, "; ")
	end
	return outcome
end

return removal
