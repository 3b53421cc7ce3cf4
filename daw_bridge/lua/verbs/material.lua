-- import_midi and import_audio: files that become regions at a bar.

local material = { operations = {}, inverses = {} }

local function all_region_ids()
	local known = {}
	for id in ARDOUR.RegionFactory.regions():iter() do
		known[id:to_s()] = true
	end
	return known
end

-- Bring a file in as regions of the session that stand on no track yet, and return them.
-- Ardour opens a question if it has seen the same path before, so the path must be new each time.
local function bring_in(context, path)
	local known = all_region_ids()
	local paths = C.StringVector()
	paths:push_back(path)
	local name_source = ARDOUR.MidiTrackNameSource.SMFTrackName or ARDOUR.MidiTrackNameSource.SMFFileAndTrackName
	context.editor:do_import(
		paths, Editing.ImportDistinctFiles, Editing.ImportAsRegion, ARDOUR.SrcQuality.SrcBest, name_source,
		ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore, Temporal.timepos_t(0), ARDOUR.PluginInfo(), ARDOUR.Track(), false
	)
	local found = {}
	for id, region in ARDOUR.RegionFactory.regions():iter() do
		if not known[id:to_s()] then
			found[#found + 1] = region
		end
	end
	if #found == 0 then
		faults.stop("failed", "Ardour could not read " .. path)
	end
	return found
end

local function regions_by_id(route)
	local regions = {}
	for _, region in ipairs(strips.regions(route)) do
		regions[ids.of(region)] = region
	end
	return regions
end

-- Place a region on a track. Ardour puts a copy there, with an id of its own.
local function place(context, operation, region, position)
	local route, route_id = strips.named(context, operation.track)
	local playlist = route:to_track():playlist()
	local known = regions_by_id(route)
	playlist:to_stateful():clear_changes()
	-- while a file is inserted, by this name, a track fits its range of notes to what comes (midi_streamview.cc at 7.3)
	history.without_entry(context.session, "insert file", function ()
		playlist:add_region(region, position, 1, false)
	end)
	playlist:to_stateful():clear_changes()
	for id, placed in pairs(regions_by_id(route)) do
		if not known[id] then
			context.undo_with({
				kind = "remove_region", route = route_id, region = id,
				source = ids.of(placed:source(0)),
			})
			context.refs[operation.ref] = id
			placed:set_name(operation.name)
			return placed, route_id
		end
	end
	faults.stop("failed", "the region is not on " .. route:name() .. " after placing it")
end

local function need(context, operation, wanted_kind)
	faults.require_editor(context, "importing")
	local route = strips.named(context, operation.track)
	local kind = strips.kind(route)
	if kind ~= wanted_kind then
		faults.stop("invalid", string.format("%s is a %s, but %s needs a %s", route:name(), kind, operation.verb, wanted_kind))
	end
end

local function is_at(region, operation)
	local samples = timeline.samples_at(timeline.ticks_at(operation.at))
	return math.abs(region:position():samples() - samples) <= 1
end

function material.operations.import_midi(context, operation)
	need(context, operation, "midi_track")
	local with_notes = {}
	for _, region in ipairs(bring_in(context, operation.path)) do
		local n_notes = reader.n_notes(region)
		if n_notes and n_notes > 0 then
			with_notes[#with_notes + 1] = region
		end
	end
	if #with_notes ~= 1 then
		faults.stop("failed", string.format("%s holds %d tracks with notes, expected one", operation.path, #with_notes))
	end
	local position = Temporal.timepos_t.from_ticks(timeline.ticks_at(operation.at))
	local region, route_id = place(context, operation, with_notes[1], position)
	local n_notes = reader.n_notes(region)
	if n_notes ~= operation.n_notes or not is_at(region, operation) then
		faults.stop("failed", string.format("the region holds %d notes at sample %d", n_notes, region:position():samples()))
	end
	return {
		route_id = route_id,
		asked = string.format("%s: %d notes at %s", operation.name, operation.n_notes, timeline.text(operation.at)),
		read_back = string.format("%s: %d notes at %s", region:name(), n_notes,
			timeline.text(timeline.place_at(region:position():ticks()))),
	}
end

function material.operations.import_audio(context, operation)
	need(context, operation, "audio_track")
	local found = bring_in(context, operation.path)
	if #found ~= 1 then
		faults.stop("failed", string.format("%s became %d regions, expected one", operation.path, #found))
	end
	local samples = timeline.samples_at(timeline.ticks_at(operation.at))
	local region, route_id = place(context, operation, found[1], Temporal.timepos_t(samples))
	local length = region:length():samples()
	if math.abs(length - operation.length_samples) > 1 or not is_at(region, operation) then
		faults.stop("failed", string.format("the region has %d samples at sample %d", length, region:position():samples()))
	end
	return {
		route_id = route_id,
		asked = string.format("%s: %d samples at %s", operation.name, operation.length_samples, timeline.text(operation.at)),
		read_back = string.format("%s: %d samples at sample %d", region:name(), length, region:position():samples()),
	}
end

function material.inverses.remove_region(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	local playlist = route:to_track():playlist()
	local region = regions_by_id(route)[inverse.region]
	if not region then
		return "the region was already gone from " .. route:name()
	end
	playlist:to_stateful():clear_changes()
	playlist:remove_region(region)
	playlist:to_stateful():clear_changes()
	return nil
end

return material
