-- The session as a file: whether it is saved, snapshots, renaming.

local sessions = { changes = {} }

local function save(session, name)
	if session:save_state(name, false, false, false, false, false) ~= 0 then
		faults.stop("failed", "Ardour could not save the session; is it read-only or the disk full?")
	end
end

-- A state without what counts up by itself, and without what Ardour notes by itself as it loads a session: its audio
-- engine, and which control surfaces it has had to do with.
local function lasting(text)
	return (text:gsub(' id%-counter="%d+"', "", 1):gsub(' event%-counter="%d+"', "", 1)
		:gsub("%s*<EngineHints [^>]*/>", "", 1):gsub(' session%-state="%d"', ""))
end

--- Where the session lies and whether it is saved. Lua cannot ask Ardour for that; what it would save now is compared
-- with the file. (While it records it is not saved, and nothing is written.)
function sessions.state(session)
	local saved = files.read(session:path() .. "/" .. session:snap_name() .. ".ardour") or ""
	local is_recording = reader.is_recording(session)
	local now = is_recording and saved or pending.text(session) or ""
	return {
		name = session:name(), folder = session:path(), snapshot = session:snap_name(),
		is_dirty = is_recording or lasting(now) ~= lasting(saved),
		metadata = now:match("<Metadata>.-</Metadata>") or "",
		sample_rate_hz = math.tointeger(session:nominal_sample_rate()),
	}
end

local function check_name(name)
	if name:find("[/\\:]") or name:sub(1, 1) == "." or name:match("^%s*$") then
		faults.stop("invalid", "a session's name must not be empty, begin with '.' or have '/', '\\' or ':' in it, got '" .. name .. "'")
	end
end

--- Save what is now under another name in the same folder, and go on with the session under its own.
function sessions.changes.save_snapshot(session, _, arguments)
	local name = arguments.name
	check_name(name)
	local path = session:path() .. "/" .. name .. ".ardour"
	if files.read(path) and not arguments.may_replace then
		faults.stop("invalid", "there is a snapshot " .. name .. " already; choose another name, or replace it with confirm: true")
	end
	save(session, name)
	if not files.read(path) then
		faults.stop("failed", "Ardour wrote no " .. path)
	end
	return { path = path }
end

--- Rename the session, its folder and its files.
function sessions.changes.rename_session(session, _, arguments)
	check_name(arguments.name)
	local was = session:path():gsub("/+$", "")
	local there = was:match("^(.*)/") .. "/" .. arguments.name
	if os.rename(there, there) then
		faults.stop("invalid", "there is a folder " .. there .. " already; choose another name")
	end
	save(session, "")
	local result = session:rename(arguments.name)
	if result ~= 0 or session:name() ~= arguments.name then
		faults.stop("failed", string.format("Ardour did not rename the session (%s); it is %s in %s", tostring(result), session:name(),
			session:path()))
	end
	return { name = session:name(), folder = session:path() }
end

return sessions
