-- The portrait of a strip: all that Lua can read of it as plain data, and making a strip by such a portrait.

local portraits = {}

local values = { "gain", "trim", "mute", "solo", "solo_isolate", "solo_safe", "azimuth", "width", "monitor" }

local function paint_plugin(session, route, processor)
	local record, insert = plugin_record.of(processor, route, ids.of(processor)), processor:to_plugininsert()
	record.sidechain = insert:has_sidechain() and sidechains.likeness(session, insert) or nil
	return record
end

-- What a person sees in the strip, in order.
local function paint_processors(session, route)
	local list, fader = json.array(), ids.of(route:amp())
	for i, processor in ipairs(processors.shown(route)) do
		local send = processor:to_send()
		if ids.of(processor) == fader then
			list[i] = { what = "fader" }
		elseif processors.is_plugin(processor) then
			list[i] = { what = "plugin", likeness = paint_plugin(session, route, processor) }
		elseif not send:isnil() then
			list[i] = { what = "send", likeness = sends.likeness(session, route, send) }
		else
			list[i] = { what = "other", name = processor:display_name() }
		end
	end
	return list
end

-- The sends of other strips that go here.
local function paint_senders(session, route)
	local list = json.array()
	for _, other in ipairs(strips.all(session)) do
		local send = sends.between(other, route)
		if send then
			list[#list + 1] = { route = ids.of(other), likeness = sends.likeness(session, other, send) }
		end
	end
	return list
end

local function paint_playlists(session, track)
	local list = json.array()
	for playlist in lists.each(session:playlists():playlists_for_track(track)) do
		list[#list + 1] = ids.of(playlist)
	end
	return list
end

local function paint_channels(track)
	local midi = track:to_midi_track()
	if midi:isnil() then
		return nil
	end
	return { is_input_active = midi:input_active(), playback = midi:get_playback_channel_mode(), capture = midi:get_capture_channel_mode() }
end

--- All that Lua can read of a strip.
function portraits.of(session, route)
	local id, track = ids.of(route), route:to_track()
	local portrait = {
		id = id, kind = strips.kind(route), name = route:name(), colour = route:presentation_info_ptr():color() >> 8 & 0xFFFFFF,
		n_audio_in = route:n_inputs():n_audio(), n_midi_in = route:n_inputs():n_midi(),
		n_audio_out = route:n_outputs():n_audio(), is_active = route:active(), comment = route:comment(),
		before = strip_settings.follower(session, id), values = {}, automation = {}, polarity = mixer.polarity(route),
		group = groups.of(session, id), vcas = vcas.of(session, route),
		inputs = routing.of(session, route:input()), outputs = routing.of(session, route:output()),
		processors = paint_processors(session, route), senders = paint_senders(session, route),
	}
	for _, name in ipairs(values) do
		local control = controls.of(route, name)
		portrait.values[name] = control and controls.value(control, name) or nil
	end
	for _, named in ipairs(lanes.strip_controls(route)) do
		portrait.automation[named[1]] = lanes.record(named[2])
	end
	if not track:isnil() then
		portrait.playlist, portrait.playlists = ids.of(track:playlist()), paint_playlists(session, track)
		portrait.channels = paint_channels(track)
	end
	return portrait
end

local function build_plugin(session, route, record, index, notes)
	local processor, note = plugin_record.make(session, route, record, index)
	notes[#notes + 1] = note or plugin_record.apply(processor, record, true)
	return processor
end

local function build_processors(session, route, list, notes)
	local order, later, index = json.array(), {}, 0 -- index counts up to the fader; -1 is behind it
	for i, entry in ipairs(list) do
		local likeness, made, note = entry.likeness, nil, nil
		if entry.what == "fader" then
			made, index = route:amp(), -1
		elseif entry.what == "plugin" then
			made = build_plugin(session, route, likeness, index, notes)
			index = made and index >= 0 and index + 1 or index
			later[#later + 1] = made and likeness.sidechain and { processor = made, likeness = likeness.sidechain } or nil
		elseif entry.what == "send" then
			likeness.place = i
			made, note = sends.rebuild(session, route, likeness)
		else
			note = entry.name .. " was not brought back"
		end
		notes[#notes + 1] = note
		order[#order + 1] = made and ids.of(made) or nil
	end
	processors.reorder(route, order)
	for _, it in ipairs(later) do
		notes[#notes + 1] = sidechains.rebuild(session, route, it.processor, it.likeness)
	end
end

local function make(session, portrait)
	local channels = portrait.n_audio_in
	if portrait.kind == "audio_track" then
		return tracks.new_audio_track(session, portrait.name, channels, math.max(portrait.n_audio_out, 1))
	elseif portrait.kind == "midi_track" then
		return tracks.new_midi_track(session, portrait.name, ARDOUR.PluginInfo())
	end
	return tracks.new_bus(session, portrait.name, portrait.n_midi_in > 0 and "midi" or "audio", channels)
end

local function set_values(session, route, portrait)
	for name, value in pairs(portrait.values) do
		local control = controls.of(route, name)
		if control then
			strips.set_control(control, value)
		end
	end
	for _, named in ipairs(lanes.strip_controls(route)) do
		local lane = portrait.automation[named[1]]
		if lane then
			lanes.restore(named[2], lane)
		end
	end
	mixer.set_polarity(route, portrait.polarity)
	local own = vcas.own_values(route)
	vcas.follow(session, route, portrait.vcas, own)
end

local function set_channels(route, channels)
	local midi = route:to_track():to_midi_track()
	midi:set_input_active(channels.is_input_active)
	midi:set_playback_channel_mode(channels.playback, 0xFFFF)
	midi:set_capture_channel_mode(channels.capture, 0xFFFF)
end

--- Make a strip by a portrait; returns it, and what could not be made as it was. Where the portrait has an id, the new
--- strip goes on under it. `steps.made(route)` is told as soon as there is one; `steps.material(track)` brings the regions.
function portraits.build(session, portrait, steps)
	local notes, route = {}, make(session, portrait)
	if steps.made then
		steps.made(route)
	end
	if portrait.id then
		ids.succeed(session, portrait.id, route)
	end
	tracks.paint(route, portrait.colour)
	route:set_comment(portrait.comment, nil)
	if not route:to_track():isnil() then
		notes[#notes + 1] = steps.material(route:to_track())
	end
	build_processors(session, route, portrait.processors, notes)
	for _, sender in ipairs(portrait.senders) do
		local source = strips.find(session, sender.route)
		notes[#notes + 1] = source and select(2, sends.rebuild(session, source, sender.likeness)) or nil
	end
	local missing = routing.connect(session, route:input(), portrait.inputs)
	local missing_out = strip_settings.resize(session, route:output(), portrait.n_audio_out, portrait.outputs)
	table.move(missing_out, 1, #missing_out, #missing + 1, missing)
	if #missing > 0 then
		notes[#notes + 1] = "not connected again: " .. table.concat(missing, ", ")
	end
	set_values(session, route, portrait)
	if portrait.channels then
		set_channels(route, portrait.channels)
	end
	if portrait.group then
		groups.join(session, portrait.group, route)
	end
	if not portrait.is_active then
		route:set_active(false, nil)
	end
	local is_there = portrait.before ~= json.null and strips.find(session, portrait.before)
	strip_settings.place_before(session, ids.of(route), is_there and portrait.before or json.null)
	return route, notes
end

return portraits
