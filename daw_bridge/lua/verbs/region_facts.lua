-- What a snapshot holds of regions beyond place and length, and of playlists. What is as it is by default is left out.

local region_facts = {}

-- Gain in dB; nil where it is 0 dB and upright.
local function gain_db(audio)
	local amplitude = audio:scale_amplitude()
	if amplitude == 1 then
		return nil
	end
	return levels.db(math.abs(amplitude))
end

local function add_audio(region, entry)
	local audio = region:to_audioregion()
	entry.gain_db = gain_db(audio)
	entry.is_inverted = audio:scale_amplitude() < 0 or nil
	entry.envelope = fades.envelope(audio)
	if audio.fade_in_length then -- from Ardour 9 on
		entry.fade_in_samples, entry.fade_out_samples = audio:fade_in_length():samples(), audio:fade_out_length():samples()
	end
	local offset = region:start():samples()
	entry.offset_samples = offset ~= 0 and offset or nil
end

--- Add to a region's facts what it is like.
function region_facts.region_facts(region, entry)
	local layer = region:layer()
	entry.layer = layer ~= 0 and layer or nil
	entry.is_muted = region:muted() or nil
	entry.is_locked = region:position_locked() or nil
	if region_state.is_audio(region) then
		add_audio(region, entry)
	else
		local ticks = region:start():ticks()
		entry.offset_beats = ticks ~= 0 and ticks / region_state.ticks_per_quarter or nil
	end
end

--- Add to a track's facts which playlist it plays.
function region_facts.route_facts(route, facts)
	local track = route:to_track()
	if not track:isnil() and not track:playlist():isnil() then
		facts.playlist = ids.of(track:playlist())
	end
end

-- The regions of a playlist that is not in use, as "id position length;…" in samples.
local function regions_text(playlist)
	local rows = {}
	for region in lists.each(playlist:region_list()) do
		local from = region_state.start_samples(region)
		rows[#rows + 1] = string.format("%s %d %d", ids.of(region), from, region_state.end_samples(region) - from)
	end
	table.sort(rows)
	return table.concat(rows, ";")
end

--- Add to each track's facts its playlists, those set aside left out.
function region_facts.session_facts(session, _, facts)
	local by_track = {}
	for _, list in ipairs({ session:playlists():get_used(), session:playlists():get_unused() }) do
		for playlist in list:iter() do
			local track = ids.known_as(playlist:get_orig_track_id():to_s())
			by_track[track] = by_track[track] or {}
			local its = by_track[track]
			its[#its + 1] = not ids.is_superseded(playlist) and playlist or nil
		end
	end
	for _, route in ipairs(facts.routes) do
		local found = json.array()
		for _, playlist in ipairs(route.playlist and by_track[route.id] or {}) do
			local id = ids.of(playlist)
			local is_used = id == route.playlist
			if is_used or not playlists.is_aside(playlist) then
				found[#found + 1] = {
					id = id, name = playlist:name(), is_used = is_used,
					regions = not is_used and regions_text(playlist) or nil,
				}
			end
		end
		table.sort(found, function (one, other) return math.tointeger(one.id) < math.tointeger(other.id) end)
		route.playlists, route.playlist = found, nil
	end
end

return region_facts
