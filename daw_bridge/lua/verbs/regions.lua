-- move_region, copy_region, split_region, trim_region, delete_region and layer_region. A region keeps its id through
-- all of it; one that is removed stays with Ardour, so that undo can put the very same one back.

local regions = { operations = {}, finders = { region = region_state.named } }

local function samples_at(place)
	return timeline.samples_at(timeline.ticks_at(place))
end

local function outcome(session, region, asked)
	local route, route_id = region_state.track_of(session, region:playlist())
	return {
		target_id = ids.of(region), route_id = route_id, asked = asked,
		read_back = region:name() .. " " .. region_state.span(region) .. (route and " on " .. route:name() or ""),
	}
end

-- The playlist of the track that an operation names, or the region's own; it must hold the same kind of region.
local function destination(context, name, region)
	if name == nil or name == json.null then
		return region:playlist()
	end
	local route = strips.named(context, name)
	local kind, wanted = strips.kind(route), region_state.is_audio(region) and "audio_track" or "midi_track"
	if kind ~= wanted then
		faults.stop("invalid", string.format("%s is a %s, but %s needs a %s", route:name(), kind, region:name(), wanted))
	end
	return route:to_track():playlist()
end

-- The position that a region is asked to have: a place, so many seconds from where it is, or where it is.
local function asked_position(session, region, operation)
	if operation.at ~= json.null then
		return region_state.at(region, timeline.ticks_at(operation.at))
	elseif operation.by_seconds == json.null then
		return region:position()
	end
	local was = region:position():samples()
	local samples = was + math.floor(operation.by_seconds * session:nominal_sample_rate() + 0.5)
	if samples < 0 then
		faults.stop("invalid", string.format("%s starts %.3f s into the session and cannot be moved by %g s",
			region:name(), was / session:nominal_sample_rate(), operation.by_seconds))
	end
	return region:position():is_beats() and Temporal.timepos_t.from_ticks(timeline.ticks_at_sample(samples))
		or Temporal.timepos_t(samples)
end

function regions.operations.move_region(context, operation)
	local region, id, playlist = region_state.named(context, operation.region)
	region_state.refuse_locked(region)
	local onto = destination(context, operation.track, region)
	local target = asked_position(context.session, region, operation)
	local was = region_state.shape(region)
	local set = { playlist = ids.of(onto), position = region_state.plain(target), length = was.length, start = was.start }
	local is_elsewhere = was.playlist ~= set.playlist
	context.undo_with({
		kind = "restore_region_shape", key = "region:" .. id .. ":shape", region = id, was = was, set = set,
		stacks = is_elsewhere and region_state.stacks(playlist, onto) or region_state.stacks(playlist),
	})
	if is_elsewhere then
		region_state.take_off(region)
		region_state.put(onto, region, target)
	else
		region_state.change_aside(context.session, region, function () region:set_position(target) end)
	end
	if not region_state.is_same_shape(region_state.shape(region), set) then
		faults.stop("failed", "the region reads " .. region_state.span(region))
	end
	return outcome(context.session, region, region:name() .. " " .. region_state.span(region))
end

function regions.operations.copy_region(context, operation)
	local region = region_state.named(context, operation.region)
	local playlist = destination(context, operation.track, region)
	local ticks = timeline.ticks_at(operation.at)
	local position, first, last = region_state.at(region, ticks)
	for _ = 1, operation.n_copies do
		last = region_edits.add_copy(context, region, playlist, position)
		if not nearness.is_same_sample(last:position():samples(), position:samples()) then
			faults.stop("failed", "the copy reads " .. region_state.span(last))
		end
		first = first or last
		position = last:position() + last:length()
	end
	context.refs[operation.ref] = ids.of(first)
	local result = outcome(context.session, first, string.format("%d of %s from %s on", operation.n_copies,
		region:name(), timeline.text(operation.at)))
	if operation.n_copies > 1 then
		result.read_back = result.read_back .. ", the last " .. region_state.span(last)
	end
	return result
end

function regions.operations.split_region(context, operation)
	local region = region_state.named(context, operation.region)
	region_state.refuse_locked(region)
	local at = samples_at(operation.at)
	if at <= region_state.start_samples(region) or at >= region_state.end_samples(region) then
		faults.stop("invalid", string.format("%s lies outside of %s, which goes from %s", timeline.text(operation.at),
			region:name(), region_state.span(region)))
	end
	local name = region:name()
	local left, right = region_edits.split(context, region, region_state.at(region, timeline.ticks_at(operation.at)))
	context.refs[operation.left_ref], context.refs[operation.right_ref] = ids.of(left), ids.of(right)
	local result = outcome(context.session, left, name .. " split at " .. timeline.text(operation.at))
	result.read_back = result.read_back .. "; " .. ids.of(right) .. " " .. right:name() .. " " .. region_state.span(right)
	return result
end

function regions.operations.trim_region(context, operation)
	local region = region_state.named(context, operation.region)
	region_state.refuse_locked(region)
	local from = operation.start ~= json.null and timeline.ticks_at(operation.start) or nil
	local to = operation["end"] ~= json.null and timeline.ticks_at(operation["end"]) or nil
	local from_samples = from and timeline.samples_at(from) or region_state.start_samples(region)
	local to_samples = to and timeline.samples_at(to) or region_state.end_samples(region)
	if from_samples >= to_samples then
		faults.stop("invalid", string.format("nothing would be left of %s, which goes from %s", region:name(),
			region_state.span(region)))
	end
	region_edits.trim(context, region, from, to)
	if not nearness.is_same_sample(region_state.start_samples(region), from_samples)
		or not nearness.is_same_sample(region_state.end_samples(region), to_samples) then
		faults.stop("failed", string.format("%s reaches only from %s; its file has no more", region:name(),
			region_state.span(region)))
	end
	return outcome(context.session, region, string.format("%s from %s to %s", region:name(),
		from and timeline.text(operation.start) or "where it starts", to and timeline.text(operation["end"]) or "where it ends"))
end

function regions.operations.delete_region(context, operation)
	local region, id, playlist = region_state.named(context, operation.region)
	local result = outcome(context.session, region, "delete " .. region:name())
	region_edits.remove(context, region)
	result.target_id, result.read_back = id, string.format("%d region(s) left on %s", playlist:n_regions(), playlist:name())
	return result
end

local raises = { top = "raise_to_top", bottom = "lower_to_bottom", up = "raise", down = "lower" }

-- The layers of the regions that a region shares time with, its own apart.
local function layers_around(region)
	local lowest, highest
	for other in lists.each(region:playlist():regions_touched(region:position(), region:position() + region:length())) do
		if ids.of(other) ~= ids.of(region) then
			lowest = math.min(lowest or other:layer(), other:layer())
			highest = math.max(highest or other:layer(), other:layer())
		end
	end
	return lowest, highest
end

function regions.operations.layer_region(context, operation)
	local region, id, playlist = region_state.named(context, operation.region)
	local before, lowest, highest = region:layer(), layers_around(region)
	local inverse = {
		kind = "restore_layers", key = "region:" .. id .. ":layer", region = id, stacks = region_state.stacks(playlist),
	}
	context.undo_with(inverse)
	local to = operation.to
	region[raises[to]](region)
	local now = region:layer()
	inverse.set = now
	local _, highest_now = layers_around(region)
	local is_there = not lowest or to == "top" and now > highest_now or to == "bottom" and now == 0
		or to == "up" and (now > before or before > highest) or to == "down" and (now < before or before < lowest)
	if not is_there then
		faults.stop("failed", string.format("the region reads layer %d of %d", now, highest_now or 0))
	end
	local result = outcome(context.session, region, region:name() .. " to " .. to)
	result.read_back = "layer " .. now
	return result
end

return regions
