-- The bridge: claim the one request that lies in the folder, run its verb, leave the answer.
-- A request is data. Its verb is looked up in the fixed table below; nothing in it is ever executed.

local bridge = {}

local is_busy = false

-- The verbs: those that may run while the transport records, and those that write to the session and may not.
local anytime, unless_recording = {}, {}

function anytime.hello(session, editor)
	local operations, unavailable = registry.capabilities(session, editor)
	return {
		bridge_version = settings.version,
		ardour_version = reader.ardour_version(),
		session = session:path(),
		operations = operations,
		unavailable = unavailable,
		removes_tracks_itself = session.remove_route ~= nil,
		has_fluidsynth = plugins.find("urn:ardour:a-fluidsynth") ~= nil,
		process = reader.process(),
	}
end

-- What is music in the session, and beside it what passes: the text is long, so it is written only once.
function anytime.snapshot(session, editor)
	local revision, text, selected = revisions.read(session, editor)
	local passing = reader.add_passing(session, editor, selected)
	passing.revision = revision
	return json.text(text:sub(1, -2) .. "," .. json.encode(passing):sub(2))
end

function anytime.passing(session, editor)
	local facts = reader.passing(session, editor)
	facts.pulse = pulse.of(session, editor)
	return facts
end

function anytime.reading(session, editor, arguments)
	local read = registry.readings[arguments.name] or faults.stop("invalid", "no reading " .. tostring(arguments.name))
	return read(session, editor, arguments.arguments)
end

function anytime.preview(session, editor, arguments)
	return preview.of(session, editor, arguments)
end

function anytime.transport(session, _, arguments)
	return transport.request(session, arguments)
end

function anytime.record(session, editor, arguments)
	return recording.request(session, editor, arguments)
end

function anytime.remains(session, _, arguments)
	return remains.asked(session, arguments)
end

function anytime.existing(session, _, arguments)
	local found = json.array()
	for _, id in ipairs(arguments.ids) do
		found[#found + 1] = strips.find(session, id) and id or nil
	end
	return { ids = found }
end

unless_recording.apply, unless_recording.go_on = applying.apply, applying.go_on
unless_recording.settle = applying.settle
unless_recording.take_back, unless_recording.reopen = taking_back.go_on, taking_back.reopen

function unless_recording.save(session)
	if session:save_state("", false, false, false, false, false) ~= 0 then
		faults.stop("failed", "Ardour could not save the session")
	end
	return {}
end

for verb, change in pairs(sessions.changes) do
	unless_recording[verb] = change
end

function anytime.session_state(session)
	return sessions.state(session)
end

-- Take the request away before anything else, so that it is claimed exactly once.
-- It is one line, and where it brings operations those are the second: that line goes into the log as it is.
local function claim(folder)
	if not os.rename(folder .. "/request.json", folder .. "/claimed.json") then
		return nil
	end
	local text = files.read(folder .. "/claimed.json")
	os.remove(folder .. "/claimed.json")
	local first, operations = text:match("^([^\n]*)\n?(.*)$")
	return json.decode(first), operations
end

local function read_operations(arguments, text)
	if text ~= "" then
		arguments.operations = json.decode(text)
		arguments.operations_text = text:find("\n") and json.encode(arguments.operations) or text
	end
end

local told_session

-- Leave word in the folder which session is worked in: whoever gets no answer finds there where the logs are.
local function tell_session(session)
	local path = session:path()
	if path ~= told_session then
		files.replace(settings.folder .. "/session.json", json.encode({ folder = path }))
		told_session = path
	end
end

local function run(request, operations, session, editor)
	if request.version ~= settings.version then
		faults.stop("version", "this Ardour runs bridge " .. settings.version .. ", the request is for " ..
			tostring(request.version) .. "; run 'sideman ardour install' and reopen the session")
	end
	if os.time() > request.deadline_unix then
		faults.stop("expired", "the request came after its deadline and was not carried out")
	end
	if not session then
		faults.stop("failed", "no session is open in Ardour")
	end
	local verb = anytime[request.verb] or unless_recording[request.verb]
	if not verb then
		faults.stop("invalid", "no verb " .. tostring(request.verb))
	end
	if is_busy then
		faults.stop("busy", "Ardour is still busy with an earlier request")
	end
	if unless_recording[request.verb] and reader.is_recording(session) then
		faults.stop("recording", "the transport is recording; stop it first")
	end
	read_operations(request.arguments, operations)
	tell_session(session)
	ids.use(session)
	is_busy = true
	registry.forget()
	local is_done, result = faults.guard(verb, session, editor, request.arguments)
	is_busy = false
	if not is_done then
		error(result, 0)
	end
	return result
end

local function answer(folder, request, is_done, result)
	local id = request.id
	local is_written, text = pcall(json.encode, { id = id, ok = is_done, [is_done and "result" or "error"] = result })
	if not is_written then -- a number of Ardour's or of a plugin's that JSON does not have
		text = json.encode({ id = id, ok = false, error = { kind = "failed", message = "the answer cannot be told: " .. text } })
	end
	files.replace(folder .. "/answer-" .. id .. ".json", text)
	if request.reply_port then
		ARDOUR.LuaOSC.Address("osc.udp://127.0.0.1:" .. request.reply_port):send("/sideman/ready", "s", id)
	end
end

-- Lua's garbage is collected after the answer is sent, and only where it has become much: in a large session that takes
-- longer than the request.
local used_kilobytes, spare_kilobytes = 0, 16384

local function collect_garbage()
	collectgarbage("restart")
	if collectgarbage("count") > 2 * used_kilobytes + spare_kilobytes then
		collectgarbage()
		used_kilobytes = collectgarbage("count")
	end
end

--- Serve the request in the folder, if there is one. Never raises: Ardour throws a script out that does.
function bridge.serve(session, editor)
	pcall(function ()
		local folder = settings.folder
		local request, operations = claim(folder)
		if not request or not tostring(request.id):match("^[%w%-]+$") then
			return
		end
		collectgarbage("stop")
		local is_done, result = faults.guard(run, request, operations, session, editor)
		answer(folder, request, is_done, result)
	end)
	collect_garbage()
end

return bridge
