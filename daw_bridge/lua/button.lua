-- The buttons: each asks something of the person and hands it to the running `sideman serve`.

local button = {}

local default_bars = 8
local longest_silence_seconds = 5
local line_length = 80
local reply_polls, reply_poll_microseconds = 100, 20000 -- two seconds

-- Ardour reads messages as Pango markup: an "R&B" or "<b>" in a person's words would leave an empty window.
local function plain(text)
	return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

local function say(text)
	LuaDialog.Message("Sideman", plain(text), LuaDialog.MessageType.Info, LuaDialog.ButtonType.Close):run()
end

local function is_agreed(title, question)
	local answer = LuaDialog.Message(title, plain(question), LuaDialog.MessageType.Question,
		LuaDialog.ButtonType.OK_Cancel):run()
	return answer == LuaDialog.Response.OK
end

-- The port of the running `sideman serve`, or nil where its heartbeat is missing or old.
local function serve_port()
	local text = files.read(settings.folder .. "/serve.json")
	local is_read, beat = pcall(json.decode, text or "")
	if not is_read or type(beat) ~= "table" or type(beat.time_unix) ~= "number" then
		return nil
	end
	return os.time() - beat.time_unix <= longest_silence_seconds and math.tointeger(beat.port) or nil
end

local function ticks_per_bar(tempo_there)
	return tempo_there.beats * 4 * 1920 // tempo_there.unit
end

-- The bar line nearest to a sample, in ticks.
local function nearest_bar(samples)
	local ticks = timeline.ticks_at_sample(math.max(samples, 0))
	local place = timeline.place_at(ticks)
	local this_bar = timeline.ticks_at({ bar = place.bar, beat = 1, tick = 0 })
	local next_bar = timeline.ticks_at({ bar = place.bar + 1, beat = 1, tick = 0 })
	return ticks - this_bar < next_bar - ticks and this_bar or next_bar
end

--- Where the music is to go: the selected range in whole bars, or eight bars from the playhead.
function button.target(session, editor)
	local range = reader.selected_range(editor)
	local from = nearest_bar(range ~= json.null and range.start_samples or session:transport_sample())
	local there = timeline.tempo_at(from)
	local n_bars = default_bars
	if range ~= json.null then
		local length = timeline.ticks_at_sample(range.end_samples) - from
		n_bars = math.max(1, math.floor(length / ticks_per_bar(there) + 0.5))
	end
	return {
		at = timeline.place_at(from), n_bars = n_bars, is_range = range ~= json.null, tempo_bpm = there.tempo_bpm,
		time_signature = { beats = there.beats, unit = there.unit },
	}
end

local function describe(target)
	return string.format("%s: %d bars from bar %d, %.6g BPM, %d/%d", target.is_range and "Selected range" or "Playhead",
		target.n_bars, target.at.bar, target.tempo_bpm, target.time_signature.beats, target.time_signature.unit)
end

-- Hand over what was pressed, and where; returns the id under which it is answered.
local function send(port, session, kind, facts)
	local id = string.format("%d-%06d", os.time(), math.random(0, 999999))
	facts.version, facts.id, facts.kind, facts.session = settings.version, id, kind, session:path()
	files.replace(settings.folder .. "/button-" .. id .. ".json", json.encode(facts))
	ARDOUR.LuaOSC.Address("osc.udp://127.0.0.1:" .. port):send("/sideman/button", "s", id)
	return id
end

-- Read a file of the folder once; nil where it is not there.
local function take_file(name)
	local path = settings.folder .. "/" .. name
	local text = files.read(path)
	if not text then
		return nil
	end
	os.remove(path)
	return json.decode(text)
end

-- Break a text into lines that fit a form, which breaks none, as a message does; its own line breaks stay.
local function wrapped(text)
	local lines = {}
	for paragraph in (text .. "\n"):gmatch("(.-)\n") do
		local line = ""
		for word in paragraph:gmatch("%S+") do
			if #line + #word > line_length and line ~= "" then
				lines[#lines + 1], line = line, ""
			end
			line = line == "" and word or line .. " " .. word
		end
		lines[#lines + 1] = line
	end
	return table.concat(lines, "\n")
end

-- What there is to tell about an earlier press, or nil.
local function earlier()
	local notice = take_file("notice.json")
	return notice and "Earlier: " .. notice.text
end

-- What the dialog asks. A field with no title of its own is as wide as the widest line above it.
local function rows(target)
	local list = {
		{ type = "label", align = "left", title = describe(target) },
		{ type = "label", align = "left", title = "What shall I play? For example: slow jazz with piano, or a lo-fi waltz"
			.. " in E flat minor without drums" },
		{ type = "entry", key = "prompt", title = "", default = "" },
	}
	local notice = earlier()
	if notice then
		table.insert(list, 1, { type = "label", align = "left", title = wrapped(notice) })
	end
	return list
end

-- Wait a moment for `sideman serve` to answer a press; longer work it tells about at the next one.
local function reply_to(id)
	for _ = 1, reply_polls do
		local reply = take_file("reply-" .. id .. ".json")
		if reply then
			return reply
		end
		ARDOUR.LuaAPI.usleep(reply_poll_microseconds)
	end
	return { problem = "" }
end

--- Ask for a prompt and have it played at the range or the playhead; where the words want what the session does not
--- have there, ask again before.
function button.generate(port, session, editor)
	local target = button.target(session, editor)
	local answer = LuaDialog.Dialog("Sideman: generate here", rows(target)):run()
	if not answer then
		return
	end
	target.prompt = answer.prompt:match("^%s*(.-)%s*$")
	if target.prompt == "" then
		say("Nothing was asked for.\n\nPress the button again and say what to play, for example\n\n    slow jazz with piano")
		return
	end
	target.is_agreed = false
	local reply = reply_to(send(port, session, "generate", target))
	if reply.question and is_agreed("Sideman: generate here", reply.question) then
		target.is_agreed = true
		reply = reply_to(send(port, session, "generate", target))
	end
	if reply.problem ~= "" then
		say(reply.problem)
	end
end

-- The strip and the region that are selected, or nil where it is not one part: a region's own track, or the one track.
local function selected_part(session, editor)
	local regions, routes = reader.selected_regions(editor), reader.selected_routes(session)
	if #regions > 1 or (#regions == 0 and #routes ~= 1) then
		return nil
	end
	for _, route in ipairs(strips.all(session)) do
		local track = route:to_track()
		if not track:isnil() then
			for region in lists.each(track:playlist():region_list()) do
				if ids.of(region) == regions[1] then
					return { route = ids.of(route), region = regions[1], name = region:name() }
				end
			end
		end
		if #regions == 0 and ids.of(route) == routes[1] then
			return { route = routes[1], region = json.null, name = route:name() }
		end
	end
	return nil
end

--- Ask what shall be different about the selected part, and have it played so in its place.
function button.vary(port, session, editor)
	local part = selected_part(session, editor)
	if not part then
		say("Select one region, or one track, that Sideman has made, and press the button again.")
		return
	end
	local list = {
		{ type = "label", align = "left", title = "Selected: " .. part.name },
		{ type = "label", align = "left", title = "What shall be different? For example: busier in the chorus, darker,"
			.. " an octave lower, or another one" },
		{ type = "entry", key = "prompt", title = "", default = "" },
	}
	local notice = earlier()
	if notice then
		table.insert(list, 1, { type = "label", align = "left", title = wrapped(notice) })
	end
	local answer = LuaDialog.Dialog("Sideman: vary selected part", list):run()
	if not answer then
		return
	end
	local prompt = answer.prompt:match("^%s*(.-)%s*$")
	if prompt == "" then
		say("Nothing was asked for.\n\nPress the button again and say what shall be different, for example\n\n    darker")
		return
	end
	local reply = reply_to(send(port, session, "vary", { prompt = prompt, route = part.route, region = part.region }))
	if reply.problem ~= "" then
		say(reply.problem)
	end
end

--- Tell what the last turn was, and take it back if the person says so.
function button.undo(port, session)
	local reply = reply_to(send(port, session, "undo", { turn = json.null }))
	if not reply.turn then
		say(reply.problem ~= "" and reply.problem or "Sideman did not answer; press the button again.")
		return
	end
	local notice = earlier()
	local question = (notice and notice .. "\n\n" or "") .. reply.question
	if is_agreed("Sideman: undo", question) then
		send(port, session, "undo", { turn = reply.turn })
	end
end

local function serve(press, session, editor)
	local port = serve_port()
	if port then
		press(port, session, editor)
	else
		say("Sideman is not running.\n\nStart it in a terminal with\n\n    " .. (settings.command or "sideman")
			.. " serve\n\nand press this button again.")
	end
end

--- Serve one press of a button. Never raises: Ardour throws a script out that does.
function button.press(press, session, editor)
	local is_done, fault = faults.guard(serve, press, session, editor)
	if not is_done then
		pcall(say, "Sideman could not read this session:\n\n" .. fault.message)
	end
end

return button
