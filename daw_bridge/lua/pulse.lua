-- A short text that is another one once the session has been changed, by whatever hand. Somebody may ask for it again and
-- again: in a large session it costs a fraction of what reading the session does.
-- What hands change most is read each time. All else is read as often as its time allows, notes and the like in turn, of
-- some regions at each asking.

local pulse = {}

local now_us, played = ARDOUR.LuaAPI.monotonic_time, ARDOUR.AutoState.Play
local turn_us = 4000 -- at each asking, for what is read in turn; and as much for the strips, over many askings

local path -- of the session of which this is known:
local frame, frame_owes_us = "", 0 -- a digest of all but regions, and the time that reading it took and that is not over
local known, cursor = {}, 0 -- region id -> a digest of what was read of it last; the region whose turn was last
local n_changes = 0 -- how many regions were found changed

local function use(session)
	if session:path() ~= path then
		path, frame_owes_us, known, cursor = session:path(), 0, {}, 0
	end
end

-- What a control is set to; what a lane moves, nobody sets.
local function setting(control)
	return (control:isnil() or control:automation_state() == played) and 0 or control:get_value()
end

local function text_of_strip(route)
	return string.pack("<ddddd", setting(route:gain_control()), setting(route:pan_azimuth_control()),
		setting(route:mute_control()), setting(route:solo_control()), setting(route:rec_enable_control()))
end

local function text_of_region(region)
	return string.pack("<jjjI4B", region:position():samples(), region:length():samples(), region:start():samples(),
		region:layer(), region:muted() and 1 or 0)
end

local function text_of_location(location)
	return string.pack("<jj", location:start():samples(), location:_end():samples())
end

-- What is quick to read of everything, and the regions in the order of the strips that they are on.
local function read_quickly(session)
	local rows, regions = {}, {}
	for location in lists.each(session:locations():list()) do
		rows[#rows + 1] = text_of_location(location)
	end
	for _, route in ipairs(strips.all(session)) do
		rows[#rows + 1] = text_of_strip(route)
		for _, region in ipairs(strips.regions(route)) do
			rows[#rows + 1], regions[#regions + 1] = text_of_region(region), region
		end
	end
	return table.concat(rows), regions
end

-- All but the regions; what takes long is not read again before as much time was spared.
local function read_frame(session, editor)
	if frame_owes_us > 0 then
		frame_owes_us = frame_owes_us - turn_us
		return
	end
	local began_us = now_us()
	frame = revisions.digest(json.encode((reader.frame(session, editor))))
	frame_owes_us = now_us() - began_us - turn_us
end

local function read_in_turn(regions)
	local until_us = now_us() + turn_us
	for _ = 1, #regions do
		cursor = cursor % #regions + 1
		local region = regions[cursor]
		local id, digest = ids.of(region), revisions.digest(json.encode(reader.region(region)))
		if known[id] and known[id] ~= digest then
			n_changes = n_changes + 1
		end
		known[id] = digest
		if now_us() >= until_us then
			return
		end
	end
end

--- The text for the session as it is now.
function pulse.of(session, editor)
	use(session)
	local quick, regions = read_quickly(session)
	read_frame(session, editor)
	read_in_turn(regions)
	return revisions.digest(quick .. frame) .. "-" .. n_changes
end

return pulse
