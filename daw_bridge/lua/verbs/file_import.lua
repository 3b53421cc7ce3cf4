-- Files that become regions of the session.

local file_import = {}

local function all_region_ids()
	local known = {}
	for id in lists.each(ARDOUR.RegionFactory.regions()) do
		known[id:to_s()] = true
	end
	return known
end

--- Bring a file in as regions of the session that stand on no track yet, and return them.
-- Ardour opens a question if it has seen the same path before, so the path must be new each time.
function file_import.bring_in(context, path)
	local known = all_region_ids()
	local paths = C.StringVector()
	paths:push_back(path)
	local name_source = ARDOUR.MidiTrackNameSource.SMFTrackName or ARDOUR.MidiTrackNameSource.SMFFileAndTrackName
	context.editor:do_import(
		paths, Editing.ImportDistinctFiles, Editing.ImportAsRegion, ARDOUR.SrcQuality.SrcBest, name_source,
		ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore, Temporal.timepos_t(0), ARDOUR.PluginInfo(), ARDOUR.Track(), false
	)
	local found = {}
	for id, region in lists.each(ARDOUR.RegionFactory.regions()) do
		if not known[id:to_s()] then
			found[#found + 1] = region
		end
	end
	if #found == 0 then
		faults.stop("failed", "Ardour could not read " .. path)
	end
	return found
end

return file_import
