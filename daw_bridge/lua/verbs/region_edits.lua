-- The edits that operations on regions are made of. Each remembers how it is taken back before it is done.

local region_edits = {}

-- What must be known to put a region back: Ardour keeps the region, but saves no curves of one that is placed nowhere.
local function remember_removed(context, region)
	local id = ids.of(region)
	context.undo_with({
		kind = "return_region", key = "region:" .. id, region = id, shape = region_state.shape(region),
		stacks = region_state.stacks(region:playlist()), curves = fades.to_keep(context, region),
	})
	fades.keep(region)
end

--- Remember that a region was made, so that undo takes it away.
function region_edits.remember_made(context, region)
	local id = ids.of(region)
	local _, route_id = region_state.track_of(context.session, region:playlist())
	fades.note_maker(context, region)
	context.undo_with({
		kind = "remove_region", key = "region:" .. id, region = id, route = route_id, source = ids.of(region:source(0)),
	})
	return id
end

--- Take a region off its playlist, so that undo puts the same one back.
function region_edits.remove(context, region)
	remember_removed(context, region)
	region_state.take_off(region)
	if not region:playlist():isnil() then
		faults.stop("failed", region:name() .. " is still on its track")
	end
end

--- Put a region on a playlist and return what is there then: Ardour places a copy of one that stands for a whole file.
function region_edits.add(context, region, playlist, position)
	local known = region_state.ids_on(playlist)
	region_state.forget_changes(playlist)
	-- under this name, a MIDI track fits its range of notes to what comes (midi_streamview.cc at 7.3)
	history.without_entry(context.session, "insert file", function ()
		playlist:add_region(region, position, 1, false)
	end)
	region_state.forget_changes(playlist)
	for placed in lists.each(playlist:region_list()) do
		if not known[ids.of(placed)] then
			region_edits.remember_made(context, placed)
			return placed
		end
	end
	faults.stop("failed", region:name() .. " is not on " .. playlist:name() .. " after placing it")
end

--- A copy of a region, on no playlist yet; a MIDI copy gets notes of its own.
function region_edits.clone(region)
	return ARDOUR.RegionFactory.clone_region(region, true, not region_state.is_audio(region))
end

--- Put a copy of a region on a playlist. Returns the copy.
function region_edits.add_copy(context, region, playlist, position)
	return region_edits.add(context, region_edits.clone(region), playlist, position)
end

--- Split a region at a place inside it; returns the two parts.
function region_edits.split(context, region, position)
	local playlist, at = region:playlist(), position:samples()
	local from, to = region_state.start_samples(region), region_state.end_samples(region)
	local known = region_state.ids_on(playlist)
	remember_removed(context, region)
	region_state.forget_changes(playlist)
	playlist:split_region(region, position)
	region_state.forget_changes(playlist)
	local parts = {}
	for placed in lists.each(playlist:region_list()) do
		if not known[ids.of(placed)] then
			region_edits.remember_made(context, placed)
			parts[#parts + 1] = placed
		end
	end
	table.sort(parts, function (one, other)
		return region_state.start_samples(one) < region_state.start_samples(other)
	end)
	if #parts ~= 2 or not nearness.is_same_sample(region_state.start_samples(parts[1]), from)
		or not nearness.is_same_sample(region_state.end_samples(parts[1]), at) or not nearness.is_same_sample(region_state.start_samples(parts[2]), at)
		or not nearness.is_same_sample(region_state.end_samples(parts[2]), to) then
		faults.stop("failed", string.format("Ardour made %d parts of %s", #parts, region:name()))
	end
	return parts[1], parts[2]
end

--- Give a region other bounds, in ticks; nil leaves one as it is.
function region_edits.trim(context, region, from_ticks, to_ticks)
	local id, was, playlist = ids.of(region), region_state.shape(region), region:playlist()
	local from = from_ticks and region_state.at(region, from_ticks)
	local to = to_ticks and region_state.at(region, to_ticks)
	context.undo_with({
		kind = "restore_region_shape", key = "region:" .. id .. ":shape", region = id, was = was, is_trim = true,
		set = region_state.trimmed(was, from and region_state.plain(from), to and region_state.plain(to)),
		stacks = region_state.stacks(playlist), curves = fades.to_keep(context, region),
	})
	local is_beyond = from and region_state.end_samples(region) <= timeline.samples_at(from_ticks)
	region_state.change_aside(context.session, region, function ()
		if to and is_beyond then
			region:trim_end(to) -- first: Ardour moves no start past the end
		end
		if from then
			region:trim_front(from)
		end
		if to and not is_beyond then
			region:trim_end(to)
		end
	end)
end

return region_edits
