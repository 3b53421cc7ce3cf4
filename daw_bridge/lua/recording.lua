-- Recording takes: arm, punch, roll, stop, and what came of it. Each action returns at once; whoever asks looks again.
-- What was set before is kept in memory and put back when the recording is closed.

local recording = {}

local origin = ARDOUR.TransportRequestSource.TRS_UI
local kept -- what was set before this recording, while there is one
local known_regions, armed_routes = {}, {}

local function set_armed(route, is_armed)
	strips.set_control(route:rec_enable_control(), is_armed and 1 or 0)
end

local function is_armed(route)
	return route:rec_enable_control():get_value() > 0
end

-- The tracks of a session, as routes.
local function all_tracks(session)
	local list = {}
	for _, route in ipairs(strips.all(session)) do
		if not route:to_track():isnil() then
			list[#list + 1] = route
		end
	end
	return list
end

local function named_tracks(session, names_of_tracks)
	local list = {}
	for _, name in ipairs(names_of_tracks) do
		local route = strips.named({ session = session, refs = {} }, name)
		if route:to_track():isnil() then
			faults.stop("invalid", route:name() .. " cannot record; name a track")
		elseif not route:to_track():can_record() then -- which Ardour says of one with an input that nothing is connected to
			faults.stop("invalid", route:name() .. " cannot record: an input of it is connected to nothing; connect it with "
				.. 'set_input first (inspect "ports" tells what there is)')
		end
		list[#list + 1] = route
	end
	return list
end

local function arm_alone(session, routes)
	local wanted = {}
	for _, route in ipairs(routes) do
		wanted[ids.of(route)] = true
	end
	for _, route in ipairs(all_tracks(session)) do
		local wants = wanted[ids.of(route)] or false
		if is_armed(route) ~= wants then
			set_armed(route, wants)
		end
		if is_armed(route) ~= wants then
			faults.stop("failed", route:name() .. " could not be " .. (wants and "armed" or "disarmed"))
		end
	end
end

local function state_before(session)
	local armed = {}
	for _, route in ipairs(all_tracks(session)) do
		armed[ids.of(route)] = is_armed(route)
	end
	return { path = session:path(), armed = armed, punch = ranges.punch(session), is_counted_in = session:cfg():get_count_in() }
end

local actions = {}

--- Put back what was set before the recording; it may be asked for at any time, and more than once.
function actions.close(session, editor)
	session:disable_record(false, true)
	if kept and kept.path == session:path() then
		for _, route in ipairs(all_tracks(session)) do
			local was = kept.armed[ids.of(route)]
			if was ~= nil and was ~= is_armed(route) then
				set_armed(route, was)
			end
		end
		ranges.put_punch({ session = session, editor = editor }, kept.punch)
		session:cfg():set_count_in(kept.is_counted_in)
	end
	kept, armed_routes = nil, {}
	return {}
end

--- Arm the tracks, and no others, and let recording happen from a place on, to another if one is given.
function actions.prepare(session, editor, arguments)
	if reader.is_recording(session) then
		faults.stop("recording", "the transport is recording already; stop it first")
	end
	actions.close(session, editor) -- an earlier recording whose caller has gone
	local routes = named_tracks(session, arguments.tracks)
	local from = timeline.samples_at(timeline.ticks_at(arguments.start))
	local has_end = arguments["end"] ~= json.null
	local to = has_end and timeline.samples_at(select(2, timeline.stretch(arguments.start, arguments["end"]))) or nil
	local lead = timeline.place_at_sample(from)
	lead.bar = math.max(1, lead.bar - arguments.pre_roll_bars)
	kept, armed_routes = state_before(session), routes
	kept.name = arguments.name
	local is_set, fault = pcall(function ()
		arm_alone(session, routes)
		ranges.put_punch({ session = session, editor = editor }, {
			bounds = {
				from = { samples = from },
				to = { samples = to or from + math.tointeger(session:nominal_sample_rate()) * 86400 },
			},
			buttons = json.array({ true, has_end }),
		})
		session:cfg():set_count_in(arguments.is_counted_in)
	end)
	if not is_set then
		actions.close(session, editor)
		error(fault, 0)
	end
	return {
		end_samples = to or json.null, sample_rate_hz = math.tointeger(session:nominal_sample_rate()),
		locate_samples = timeline.samples_at(timeline.ticks_at(lead)),
	}
end

--- Whether the recording of this name was prepared here and never closed: whoever did so has ended.
function actions.is_open(session, _, arguments)
	return { is_open = kept ~= nil and kept.path == session:path() and kept.name == arguments.name }
end

function actions.locate(session, _, arguments)
	session:request_locate(arguments.samples, false, ARDOUR.LocateTransportDisposition.MustStop, origin)
	return {}
end

local function use_new_playlists()
	for _, route in ipairs(armed_routes) do
		local track = route:to_track()
		track:use_new_playlist(track:data_type())
	end
end

--- Start to roll towards the place where recording begins.
function actions.roll(session, _, arguments)
	if not kept then
		faults.stop("invalid", "nothing is prepared for recording")
	end
	if arguments.on_new_playlists then
		use_new_playlists()
	end
	known_regions = {}
	for _, route in ipairs(armed_routes) do
		for _, region in ipairs(strips.regions(route)) do
			known_regions[ids.of(region)] = true
		end
	end
	session:maybe_enable_record(false)
	session:request_roll(origin)
	return {}
end

function actions.halt(session)
	session:request_stop(false, false, origin)
	return {}
end

function actions.state(session)
	return reader.transport(session)
end

--- What the take brought: the regions that were not there before.
function actions.take(session)
	local found = json.array()
	for _, route in ipairs(armed_routes) do
		for _, region in ipairs(strips.regions(route)) do
			if not known_regions[ids.of(region)] then
				local position = region:position():samples()
				found[#found + 1] = {
					track = ids.of(route), track_name = route:name(), region = ids.of(region), name = region:name(),
					playlist = ids.of(route:to_track():playlist()), position_samples = position,
					length_samples = (region:position() + region:length()):samples() - position,
					n_notes = reader.n_notes(region),
				}
			end
		end
	end
	return { regions = found, n_tracks = #armed_routes }
end

--- Do one action of a recording.
function recording.request(session, editor, arguments)
	local action = actions[arguments.action] or faults.stop("invalid", "no recording action " .. tostring(arguments.action))
	return action(session, editor, arguments)
end

return recording
