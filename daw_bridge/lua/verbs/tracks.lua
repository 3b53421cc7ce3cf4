-- add_midi_track, add_audio_track, and taking tracks away again.

local tracks = { operations = {}, inverses = {} }

local function first(context, list)
	for track in list:iter() do
		return track
	end
	if not context.session:engine():running() then
		faults.stop("failed", "Ardour made no track, because its audio engine is not running; start it in Window > Audio/MIDI Setup")
	end
	-- the ports of a track of the same name that was just removed are given back a little later
	faults.stop("busy", "Ardour made no track; it is still busy, or the name cannot be used")
end

local function instrument_info(id)
	return plugins.find(id) or faults.stop("not_found", "no instrument plugin " .. id .. " in Ardour; install it, or place the parts without", {
		target = "plugin", name = id, nearest = json.null,
	})
end

local function dress(context, track, operation)
	local id = ids.of(track)
	context.undo_with({ kind = "remove_track", route = id })
	context.refs[operation.ref] = id
	local red, green, blue = operation.colour:match("^#(%x%x)(%x%x)(%x%x)$")
	if not red then
		faults.stop("invalid", "a colour is written #rrggbb, got " .. operation.colour)
	end
	local colour = tonumber(red .. green .. blue, 16)
	track:presentation_info_ptr():set_color(colour << 8 | 0xFF)
	if (track:presentation_info_ptr():color() >> 8) & 0xFFFFFF ~= colour then
		faults.stop("failed", "Ardour did not take the colour " .. operation.colour)
	end
	local outcome = { route_id = id, asked = operation.name, read_back = track:name() }
	if track:name() ~= operation.name then
		outcome.reason = "the name was taken, so Ardour numbered it"
	end
	return outcome
end

-- Load a preset by its label. Without it the track is there, but nobody can tell what it plays.
local function load_preset(instrument, label, outcome)
	if label == nil or label == json.null then
		return
	end
	local plugin = instrument:to_plugininsert():plugin(0)
	local preset = plugin:preset_by_label(label)
	if preset and preset.valid and plugin:load_preset(preset) then
		outcome.read_back = outcome.read_back .. " and preset " .. label
	else
		outcome.status = "unverified"
		outcome.reason = "Ardour knows no preset " .. label .. ", so the instrument may be silent; "
			.. "quit Ardour, run: sideman ardour install, and start it again"
	end
end

function tracks.operations.add_midi_track(context, operation)
	local plugin = operation.instrument_plugin
	local info = plugin ~= json.null and instrument_info(plugin) or ARDOUR.PluginInfo()
	local track = first(context, context.session:new_midi_track(
		-- asking for audio outputs here makes ports that are dropped and made again for the instrument, a race in 7.3
		-- (about 1 in 40 ends with "Port already exists"); with one MIDI output the instrument adds and connects its own
		ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1), ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1), true,
		info, nil, nil, 1, operation.name, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true
	))
	local outcome = dress(context, track, operation)
	local instrument = track:the_instrument()
	if plugin ~= json.null and instrument:isnil() then
		faults.stop("failed", "the track has no instrument; Ardour could not load " .. plugin)
	end
	if not instrument:isnil() then
		outcome.read_back = outcome.read_back .. " with " .. instrument:display_name()
		load_preset(instrument, operation.instrument_preset, outcome)
	end
	return outcome
end

function tracks.operations.add_audio_track(context, operation)
	local n_channels = operation.n_channels
	if n_channels < 1 or n_channels > 8 then
		faults.stop("invalid", "n_channels must be 1 to 8, got " .. n_channels)
	end
	local track = first(context, context.session:new_audio_track(
		n_channels, 2, nil, 1, operation.name, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true
	))
	return dress(context, track, operation)
end

-- The sources that a change set brought into the session, as a set of ids.
local function own_sources(inverses)
	local own = {}
	for _, inverse in ipairs(inverses) do
		if inverse.source then
			own[inverse.source] = true
		end
	end
	return own
end

-- How many regions on a track come from elsewhere: recorded or dragged there since.
local function n_foreign(route, own)
	local count = 0
	for _, region in ipairs(strips.regions(route)) do
		if not own[ids.of(region:source(0))] then
			count = count + 1
		end
	end
	return count
end

-- Where Lua may not remove tracks (before Ardour 7.5), the editor does it and asks the person first.
local function ask_editor(context, routes)
	selection.set(context, routes)
	context.editor:remove_tracks()
end

--- Remove the tracks that `inverses` name, all in one go, and mark those that are settled; `all` are the change set's.
-- Returns whether the editor is now asking the person about it.
function tracks.remove(context, all, inverses)
	local own, routes = own_sources(all), {}
	for _, inverse in ipairs(inverses) do
		local route = strips.find(context.session, inverse.route)
		local foreign = route and n_foreign(route, own) or 0
		if not route then
			inverse.is_undone = true
		elseif foreign > 0 then
			inverse.is_undone = true
			inverse.note = string.format("%s was kept: it holds %d region(s) that came from elsewhere", route:name(), foreign)
		else
			routes[#routes + 1] = route
		end
	end
	if #routes == 0 then
		return false
	end
	if not context.session.remove_route then
		faults.require_editor(context, "removing tracks in this Ardour")
		ask_editor(context, routes)
		return true
	end
	for _, route in ipairs(routes) do
		context.session:remove_route(route)
	end
	for _, inverse in ipairs(inverses) do
		inverse.is_undone = true
	end
	return false
end

return tracks
