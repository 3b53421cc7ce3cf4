-- Loads a session and tells what Ardour sees in it; nothing is saved.

return function (request)
	if not load_session (request.folder, request.name) then
		faults.stop ("failed", "Ardour cannot load the session")
	end
	local facts = reader.snapshot (Session, nil)
	for location in lists.each (Session:locations ():list ()) do
		if location:is_session_range () then
			local from, to = location:start ():samples (), location:_end ():samples ()
			facts.range = {
				start_samples = from, end_samples = to,
				start = timeline.place_at_sample (from), ["end"] = timeline.place_at_sample (to),
			}
		end
	end
	return facts
end
