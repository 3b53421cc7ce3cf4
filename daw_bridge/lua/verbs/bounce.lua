-- bounce_track and bounce_region: what a track plays becomes audio on a track of its own, and what it was is muted.
-- Plugins, fader and automation go into the sound; pan does not, and is set on the new track. The editor stands still
-- meanwhile, since Ardour runs the track's plugins in the thread that asks.

local bounce = { operations = {} }

local longest_seconds = 900

local function extent(regions)
	local from, to = math.huge, 0
	for _, region in ipairs(regions) do
		from = math.min(from, region:position():samples())
		to = math.max(to, (region:position() + region:length()):samples())
	end
	return from, to
end

-- Have Ardour write what a track plays from one sample to another; returns a region that stands on no track.
local function write(context, route, from, to, name)
	local seconds = (to - from) / context.session:nominal_sample_rate()
	if seconds > longest_seconds then
		faults.stop("invalid", string.format("%s has %.0f s; at most %d s are bounced at once: use render, or bounce its regions",
			route:name(), seconds, longest_seconds))
	end
	local track, last = route:to_track(), route:main_outs()
	if strips.kind(route) == "midi_track" and route:the_instrument():isnil() then
		faults.stop("invalid", route:name() .. " has no instrument that would make audio of its notes; add one with add_plugin")
	end
	-- Ardour says of no MIDI track that it can be, and bounces it all the same (midi_track.h)
	if strips.kind(route) == "audio_track" and not track:bounceable(last, false) then
		faults.stop("invalid", route:name() .. " cannot be bounced: a plugin on it changes the number of channels; use render")
	end
	local region = track:bounce_range(from, to, ARDOUR.InterThreadInfo(), last, false, name, false)
	if region:isnil() or region:to_audioregion():isnil() then
		faults.stop("failed", "Ardour made no audio of " .. route:name() .. "; is the disk full?")
	end
	return region
end

-- While `region` alone of its track is heard, do something.
local function alone(region, action)
	local silenced = {}
	for other in lists.each(region:playlist():region_list()) do
		if ids.of(other) ~= ids.of(region) and not other:muted() then
			silenced[#silenced + 1] = other
			other:set_muted(true)
		end
	end
	local is_done, result = pcall(action)
	for _, other in ipairs(silenced) do
		other:set_muted(false)
		other:to_stateful():clear_changes()
	end
	if not is_done then
		error(result, 0)
	end
	return result
end

local function copy_pan(from, to)
	for _, name in ipairs({ "width", "azimuth" }) do
		local old, new = controls.of(from, name), controls.of(to, name)
		if old and new then
			strips.set_control(new, old:get_value())
		end
	end
end

-- Make a track like another one and put the sound on it; returns the track and the region that is there then.
local function place(context, operation, route, region, from)
	local made = tracks.new_audio_track(context.session, operation.name, region:to_audioregion():n_channels(), 2)
	local id, source = ids.of(made), ids.of(region:source(0))
	context.undo_with({ kind = "remove_track", route = id, sources = json.array({ source }), key = "route:" .. id })
	context.refs[operation.ref] = id
	tracks.paint(made, route:presentation_info_ptr():color() >> 8 & 0xFFFFFF)
	local placed = region_edits.add(context, region, made:to_track():playlist(), Temporal.timepos_t(from))
	copy_pan(route, made)
	return made, placed
end

-- The fades that Ardour gives every new region are not in what was played.
local function without_fades(region)
	local audio = region:to_audioregion()
	audio:set_fade_in_active(false)
	audio:set_fade_out_active(false)
	audio:to_stateful():clear_changes()
end

local function outcome(made, placed, from, to)
	local length = placed:length():samples()
	if placed:position():samples() ~= from or length ~= to - from then
		faults.stop("failed", string.format("the bounced region has %d samples at %d instead of %d at %d", length,
			placed:position():samples(), to - from, from))
	end
	local peak = placed:to_audioregion():maximum_amplitude(nil)
	local told = { route_id = ids.of(made), target_id = ids.of(placed), asked = string.format("%d samples", to - from),
		read_back = string.format("%d samples, peak %s", length, levels.shown(levels.db(peak))) }
	if peak <= 0 then
		told.status, told.reason = "unverified", "what was bounced is silent"
	end
	return told
end

function bounce.operations.bounce_track(context, operation)
	local route = strips.named(context, operation.route)
	local regions = strips.regions(route)
	if #regions == 0 then
		faults.stop("invalid", route:name() .. " holds nothing to bounce")
	end
	local from, to = extent(regions)
	local region = write(context, route, from, to, operation.name)
	local made, placed = place(context, operation, route, region, from)
	without_fades(placed)
	controls.change_switch(context, "route", route, "mute", true)
	return outcome(made, placed, from, to)
end

function bounce.operations.bounce_region(context, operation)
	local region, id, playlist = region_state.named(context, operation.region)
	local route = region_state.track_of(context.session, playlist)
	if not route or ids.of(route:to_track():playlist()) ~= ids.of(playlist) then
		faults.stop("invalid", region:name() .. " is on a playlist that no track plays, so it would not be heard; "
			.. "use switch_playlist first")
	end
	local from, to = extent({ region })
	local sound = alone(region, function ()
		return write(context, route, from, to, operation.name)
	end)
	local made, placed = place(context, operation, route, sound, from)
	without_fades(placed)
	region_shape.operations.mute_region(context, { region = id, is_muted = true })
	return outcome(made, placed, from, to)
end

return bounce
