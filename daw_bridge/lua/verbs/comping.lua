-- comp_playlist: ranges of several takes put together on one playlist.

local comping = { operations = {} }

-- The regions of a playlist that lie at least partly between two samples, lowest layer first.
local function between(playlist, from, to)
	local list = {}
	for region in lists.each(playlist:region_list()) do
		if region_state.start_samples(region) < to and region_state.end_samples(region) > from then
			list[#list + 1] = region
		end
	end
	table.sort(list, function (one, other)
		return one:layer() < other:layer() or (one:layer() == other:layer()
			and region_state.start_samples(one) < region_state.start_samples(other))
	end)
	return list
end

-- Cut a range out of a playlist: what reaches into it is split, what lies in it goes.
local function cut_out(context, playlist, from, to)
	for _, region in ipairs(between(playlist, timeline.samples_at(from), timeline.samples_at(to))) do
		region_state.refuse_locked(region)
		if region_state.start_samples(region) < timeline.samples_at(from) then
			_, region = region_edits.split(context, region, region_state.at(region, from))
		end
		if region_state.end_samples(region) > timeline.samples_at(to) then
			region = region_edits.split(context, region, region_state.at(region, to))
		end
		region_edits.remove(context, region)
	end
end

-- Copy what a take holds in a range; returns how many regions that made.
local function bring_over(context, take, target, from, to)
	local from_samples, to_samples = timeline.samples_at(from), timeline.samples_at(to)
	local list = between(take, from_samples, to_samples)
	for _, region in ipairs(list) do
		local copy = region_edits.add_copy(context, region, target, region:position())
		local starts_before = region_state.start_samples(copy) < from_samples
		local ends_after = region_state.end_samples(copy) > to_samples
		copy:set_position_locked(false)
		region_state.change_aside(context.session, copy, function ()
			if starts_before then
				copy:trim_front(region_state.at(copy, from))
			end
			if ends_after then
				copy:trim_end(region_state.at(copy, to))
			end
		end)
		if region_state.start_samples(copy) < from_samples - 1 or region_state.end_samples(copy) > to_samples + 1 then
			faults.stop("failed", "the copy of " .. region:name() .. " reads " .. region_state.span(copy))
		end
	end
	return #list
end

function comping.operations.comp_playlist(context, operation)
	local target, target_id = playlists.named(context, operation.target)
	local track, route_id = playlists.track_of(context, target)
	local n_regions, asked = 0, {}
	for i, range in ipairs(operation.ranges) do
		local take, take_id = playlists.named(context, range.playlist)
		local from, to = timeline.stretch(range.start, range["end"])
		if take_id == target_id then
			faults.stop("invalid", take:name() .. " cannot be comped into itself")
		end
		if take:data_type():to_string() ~= target:data_type():to_string() then
			faults.stop("invalid", take:name() .. " and " .. target:name() .. " are of different kinds")
		end
		cut_out(context, target, from, to)
		n_regions = n_regions + bring_over(context, take, target, from, to)
		asked[i] = string.format("%s from %s to %s", take:name(), timeline.text(range.start), timeline.text(range["end"]))
	end
	return {
		target_id = target_id, route_id = route_id, asked = table.concat(asked, "; "),
		read_back = string.format("%s of %s: %d region(s) came, %d are there", target:name(), track:name(), n_regions,
			target:n_regions()),
	}
end

return comping
