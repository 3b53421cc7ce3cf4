-- Loads a copy of a session and exports one span of it through the master bus, once for each pass. Nothing is saved.
-- A pass is the whole mix, one strip alone, or one region alone; what sounds together is chosen by soloing.
--
-- ardour7-export starts right after loading. Its first seek then discards the request to render the MIDI playlists,
-- which the butler thread has not got round to, and every MIDI track stays silent (disk_reader.cc and
-- session_export.cc at 7.3). Here load_session waits a second first, and the wait below covers busy machines.
--
-- A pass that an interpreter before this one has finished is not made again: 7.3 corrupts its heap at one export in five
-- to ten, and dies there or a little later.

local settle_seconds = 0.5
local longest_wait_seconds = 5
local longest_loading_seconds = 30

-- Whether a plugin's thread is at work (Linux): an instrument is silent until its SoundFont has been read.
local function is_loading()
	local listing = io.popen ("cat /proc/$PPID/task/*/stat 2>/dev/null")
	local threads = listing:read ("a")
	listing:close ()
	return threads:find ("%(LV2Worker%) [RD]") ~= nil
end

-- Wait until no plugin's thread has been at work for half a second, and what they read is in use.
local function wait_for_plugins()
	local n_idle = 0
	for _ = 1, longest_loading_seconds * 10 do
		n_idle = is_loading () and 0 or n_idle + 1
		if n_idle == 5 then
			break
		end
		sleep (0.1)
	end
	sleep (settle_seconds)
end

local function content_end()
	local last = 0
	for _, route in ipairs (strips.all (Session)) do
		for _, region in ipairs (strips.regions (route)) do
			last = math.max (last, (region:position () + region:length ()):samples ())
		end
	end
	return last
end

local function session_span()
	for location in lists.each (Session:locations ():list ()) do
		if location:is_session_range () then
			return location:start ():samples (), location:_end ():samples ()
		end
	end
	return 0, content_end ()
end

local function find_region(id)
	for _, route in ipairs (strips.all (Session)) do
		for _, region in ipairs (strips.regions (route)) do
			if ids.of (region) == id then
				return region, route
			end
		end
	end
	names.stop_unknown ("region", id, {})
end

local function span(request)
	if request.region then
		local region = find_region (request.region)
		return region:position ():samples (), (region:position () + region:length ()):samples ()
	end
	local from, to = session_span ()
	if request.from then
		from = timeline.samples_at (timeline.ticks_at (request.from))
	end
	if request.to then
		to = timeline.samples_at (timeline.ticks_at (request.to))
	end
	if to <= from then
		faults.stop ("invalid", "there is nothing between " .. timeline.text (timeline.place_at_sample (from)) ..
			" and " .. timeline.text (timeline.place_at_sample (to)))
	end
	return from, to
end

local function set_solo(route, is_on)
	local control = route:solo_control ()
	if control:isnil () then
		return
	end
	Session:set_control (control, is_on and 1 or 0, PBD.GroupControlDisposition.NoGroup)
	for _ = 1, longest_wait_seconds * 50 do
		if control:self_soloed () == is_on then
			return
		end
		ARDOUR.LuaAPI.usleep (20000)
	end
	faults.stop ("failed", "Ardour did not solo " .. route:name ())
end

-- Let nothing but one strip sound, or nothing but one region.
local function isolate(pass)
	local region, route = nil, nil
	if pass.region then
		region, route = find_region (pass.region)
		for _, other in ipairs (strips.regions (route)) do
			other:set_muted (ids.of (other) ~= pass.region)
		end
	else
		route = strips.find (Session, pass.route) or names.stop_unknown ("route", pass.route, {})
	end
	set_solo (route, true)
	return route
end

local function is_finished(request, pass)
	local file = io.open (request.out_folder .. "/" .. pass.file .. ".wav")
	return file ~= nil and file:close ()
end

local function export(request, pass, from, to)
	if not files.read (request.begun) then -- Ardour would make the folder anew
		faults.stop ("failed", "the folder to render into is gone")
	end
	local exporter = Session:simple_export ()
	if not exporter:set_preset (request.preset) then
		faults.stop ("failed", "Ardour did not find the export format")
	end
	if not exporter:check_outputs () then
		faults.stop ("invalid", "the session has no master bus to export from")
	end
	exporter:set_folder (request.out_folder)
	exporter:set_name ("unfinished")
	exporter:set_range (from, to)
	if not exporter:run_export () then
		faults.stop ("failed", "the export of " .. pass.file .. " was aborted")
	end
	assert (os.rename (request.out_folder .. "/unfinished.wav", request.out_folder .. "/" .. pass.file .. ".wav"))
end

local function plugin_ids()
	local found = json.array ()
	for _, route in ipairs (strips.all (Session)) do
		local i = 0
		while true do
			local processor = route:nth_plugin (i)
			if processor:isnil () then
				break
			end
			found[#found + 1] = ids.of (processor)
			i = i + 1
		end
	end
	return found
end

return function (request)
	if not load_session (request.folder, request.name) then
		faults.stop ("failed", "Ardour cannot load the session")
	end
	ids.use (Session)
	sleep (settle_seconds)
	wait_for_plugins ()
	local from, to = span (request)
	local lead = math.min (request.lead_in_samples, from)
	local soloed = json.array ()
	for _, route in ipairs (strips.all (Session)) do
		local control = route:solo_control ()
		if not control:isnil () and control:self_soloed () then
			soloed[#soloed + 1] = route:name ()
		end
	end
	files.replace (request.begun, json.encode ({ n_samples = to - from + lead + request.tail_samples }))
	for _, pass in ipairs (request.passes) do
		if not is_finished (request, pass) then
			local route = nil
			if pass.route or pass.region then
				Session:clear_all_solo_state (Session:get_routes ())
				route = isolate (pass)
			end
			export (request, pass, from - lead, to + request.tail_samples)
			if route then
				set_solo (route, false)
			end
		end
	end
	return {
		from_samples = from, to_samples = to, lead_samples = lead, soloed = soloed, plugins = plugin_ids (),
		sample_rate_hz = Session:nominal_sample_rate (),
	}
end
