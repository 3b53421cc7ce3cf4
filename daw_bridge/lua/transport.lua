-- Play, stop and locate.

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

function actions.locate(session, at)
	local samples = timeline.samples_at(timeline.ticks_at(at))
	session:request_locate(samples, false, ARDOUR.LocateTransportDisposition.RollIfAppropriate, origin)
	return samples
end

--- Ask the transport for something; what became of it is read with the action `state`.
function transport.request(session, arguments)
	local action = actions[arguments.action] or faults.stop("invalid", "no transport action " .. tostring(arguments.action))
	local target = action(session, arguments.at)
	local state = reader.transport(session)
	state.target_samples = target
	return state
end

return transport
