-- Taking back what was done to regions: where they are, how long, whether they are there at all, and on which layer.

local region_undo = { operations = {}, inverses = {} }

-- A region that is still placed, or nil and what to note: nothing where it went with its track.
local function placed(session, inverse)
	local region = region_state.placed(session, inverse.region)
	if region then
		return region
	end
	local has_track = not inverse.route or strips.find(session, inverse.route)
	return nil, has_track and "the region " .. inverse.region .. " was removed since" or nil
end

function region_undo.inverses.remove_region(context, inverse)
	local region, note = placed(context.session, inverse)
	if not region then
		return note
	end
	region_state.take_off(region)
	return nil
end

function region_undo.inverses.return_region(context, inverse)
	local playlist = region_state.find_playlist(context.session, inverse.shape.playlist)
	if not playlist then
		return nil -- it went with its track
	end
	local region = region_state.kept(inverse.region)
	if not region then
		return "the region " .. inverse.region .. " cannot come back: Ardour has forgotten it, or it is back already"
	end
	fades.restore_lost(region, inverse.curves)
	region_state.put(playlist, region, region_state.position(inverse.shape.position))
	region_state.restack(context.session, inverse.stacks)
	if not region_state.is_same_shape(region_state.shape(region), inverse.shape) then
		return region:name() .. " came back as " .. region_state.span(region)
	end
	return nil
end

local function restore_curves(region, inverse)
	if inverse.curves then
		fades.restore(region, inverse.curves)
	end
end

-- Put a region back where it was.
local function put_back(session, region, inverse)
	local was = inverse.was
	if ids.of(region:playlist()) ~= was.playlist then
		local playlist = region_state.find_playlist(session, was.playlist)
		if not playlist then
			return region:name() .. " cannot go back: its track is gone"
		end
		region_state.take_off(region)
		restore_curves(region, inverse)
		region_state.put(playlist, region, region_state.position(was.position))
		return nil
	end
	region_state.change_aside(session, region, function ()
		if inverse.is_trim then
			region:trim_to(region_state.position(was.position), region_state.length(was.length))
		else
			region:set_position(region_state.position(was.position))
		end
		restore_curves(region, inverse)
	end)
	return nil
end

function region_undo.inverses.restore_region_shape(context, inverse)
	local region, note = placed(context.session, inverse)
	if not region then
		return note
	end
	if inverse.set and not region_state.is_same_shape(region_state.shape(region), inverse.set) then
		return region:name() .. " was moved or trimmed since; left as it is"
	end
	note = put_back(context.session, region, inverse)
	if note then
		return note
	end
	region_state.restack(context.session, inverse.stacks)
	if not region_state.is_same_shape(region_state.shape(region), inverse.was) then
		return region:name() .. " went back to " .. region_state.span(region) .. " only"
	end
	return nil
end

function region_undo.inverses.restore_layers(context, inverse)
	local region, note = placed(context.session, inverse)
	if not region then
		return note
	end
	if inverse.set and region:layer() ~= inverse.set then -- known while this editor runs
		return region:name() .. " was put on another layer since; left there"
	end
	region_state.restack(context.session, inverse.stacks)
	return nil
end

return region_undo
