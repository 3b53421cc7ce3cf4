-- Loads a session and exports its range through the master bus. Nothing is saved.
--
-- ardour7-export starts right after loading. Its first seek then discards the request to render the MIDI playlists,
-- which the butler thread has not got round to, and every MIDI track stays silent (disk_reader.cc and
-- session_export.cc at 7.3). Here load_session waits a second first, and the wait below covers busy machines.

local settle_seconds = 0.5

return function (request)
	if not load_session (request.folder, request.name) then
		faults.stop ("failed", "Ardour cannot load the session")
	end
	sleep (settle_seconds)
	local export = Session:simple_export ()
	if not export:set_preset (request.preset) then
		faults.stop ("failed", "Ardour did not find the export format")
	end
	export:set_folder (request.out_folder)
	export:set_name (request.out_name)
	if not export:check_outputs () then
		faults.stop ("invalid", "the session has no master bus to export from")
	end
	if not export:run_export () then
		faults.stop ("failed", "the export was aborted")
	end
	return { file = request.out_folder .. "/" .. request.out_name .. ".wav" }
end
