-- Makes a session with tempo, tracks and mixer settings, through the verbs of the live bridge. Files, regions, markers
-- and the session's range are out of reach of the interpreter: session_file.py adds them.

local operations = {}
for _, name in ipairs ({ "lanes", "verbs/tempo", "verbs/controls", "verbs/tracks", "verbs/mixer" }) do
	local verbs = dofile (library .. "/" .. name .. ".lua")
	_G[name:match ("[^/]+$")] = verbs -- later ones use it
	for verb, operation in pairs (verbs.operations or {}) do
		operations[verb] = operation
	end
end

local function apply (context, operation)
	operations[operation.verb] (context, operation)
	if operation.verb == "add_midi_track" or operation.verb == "add_audio_track" then
		local route = strips.named (context, operation.ref)
		local instrument = route:the_instrument ()
		if not instrument:isnil () then
			context.instruments[operation.ref] = ids.of (instrument)
		end
	end
end

return function (request)
	if not create_session (request.folder, request.name, request.sample_rate_hz) then
		faults.stop ("failed", "Ardour's interpreter made no session")
	end
	local context = { session = Session, refs = {}, instruments = {}, change_set = request.name }
	function context.undo_with () end -- a session that fails is thrown away as a whole
	for _, operation in ipairs (request.operations) do
		context.index = operation.index
		local is_done, fault = faults.guard (apply, context, operation)
		if not is_done then
			fault.index = operation.index
			error (fault, 0)
		end
	end
	if Session:save_state ("", false, false, false, false, false) ~= 0 then
		faults.stop ("failed", "Ardour could not write the session file")
	end
	close_session ()
	return { refs = context.refs, instruments = context.instruments }
end
