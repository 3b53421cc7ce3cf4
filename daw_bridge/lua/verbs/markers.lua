-- add_marker: named places on the timeline.

local markers = { operations = {}, inverses = {} }

local function marker_names(session)
	local names = {}
	for location in session:locations():list():iter() do
		names[location:name()] = true
	end
	return names
end

local function find(session, name, samples)
	local named, n_named = nil, 0
	for location in session:locations():list():iter() do
		if location:is_mark() and location:name() == name then
			if math.abs(location:start():samples() - samples) <= 1 then
				return location
			end
			named, n_named = location, n_named + 1
		end
	end
	return n_named == 1 and named or nil -- moved by hand since, but there is no doubt which one it is
end

function markers.operations.add_marker(context, operation)
	faults.require_editor(context, "adding a marker")
	local session = context.session
	local ticks = timeline.ticks_at(operation.at)
	local known = marker_names(session)
	history.without_entry(session, "add marker", function ()
		context.editor:mouse_add_new_marker(Temporal.timepos_t.from_ticks(ticks), ARDOUR.LocationFlags.IsMark, 0)
	end)
	local added
	for location in session:locations():list():iter() do
		if location:is_mark() and not known[location:name()] then
			added = location
		end
	end
	if not added then
		faults.stop("failed", "Ardour added no marker")
	end
	added:set_name(operation.name)
	local samples = added:start():samples()
	context.undo_with({ kind = "remove_marker", name = operation.name, samples = samples })
	local place = timeline.place_at_sample(samples)
	if added:name() ~= operation.name or timeline.text(place) ~= timeline.text(operation.at) then
		faults.stop("failed", "the marker reads " .. added:name() .. " at " .. timeline.text(place))
	end
	return {
		asked = operation.name .. " at " .. timeline.text(operation.at),
		read_back = added:name() .. " at " .. timeline.text(place),
	}
end

function markers.inverses.remove_marker(context, inverse)
	local location = find(context.session, inverse.name, inverse.samples)
	if not location then
		return "the marker " .. inverse.name .. " was already gone"
	end
	context.session:locations():remove(location)
	return nil
end

return markers
