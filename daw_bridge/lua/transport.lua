-- Play, stop, locate, play the loop or a range; the metronome.

local transport = {}

local origin = ARDOUR.TransportRequestSource.TRS_UI

local actions = {}

function actions.state()
end

function actions.play(session)
	session:request_roll(origin)
end

function actions.stop(session)
	session:request_stop(false, false, origin)
end

-- The sample of a place, or of the marker that is named.
local function target_of(session, arguments)
	local marker = arguments.marker
	if marker ~= nil and marker ~= json.null then
		return locations.named({ session = session, refs = {} }, marker, false):start():samples()
	end
	return timeline.samples_at(timeline.ticks_at(arguments.at))
end

function actions.locate(session, arguments)
	local samples = target_of(session, arguments)
	session:request_locate(samples, false, ARDOUR.LocateTransportDisposition.RollIfAppropriate, origin)
	return samples
end

--- Play the loop over and over, from its start.
function actions.play_loop(session)
	if not session:locations():auto_loop_location() then
		faults.stop("invalid", "there is no loop range; set one with set_loop first")
	end
	session:request_play_loop(true, true)
end

--- Play from one place to another and stop there.
function actions.play_range(session, arguments)
	local from, to = target_of(session, arguments), timeline.samples_at(timeline.ticks_at(arguments["until"]))
	if to <= from then
		faults.stop("invalid", "a range ends after it starts")
	end
	session:request_bounded_roll(from, to)
end

--- Let the metronome be heard while the transport rolls, or not; Ardour keeps this for all sessions.
function actions.metronome_on()
	ARDOUR.config():set_clicking(true)
end

function actions.metronome_off()
	ARDOUR.config():set_clicking(false)
end

--- Ask the transport for something; what became of it is read with the action `state`.
function transport.request(session, arguments)
	local action = actions[arguments.action] or faults.stop("invalid", "no transport action " .. tostring(arguments.action))
	local target = action(session, arguments)
	local state = reader.transport(session)
	state.target_samples = target
	state.follows_clock = session:cfg():get_external_sync()
	return state
end

return transport
