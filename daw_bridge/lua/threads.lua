-- Threads of Ardour's own, as Linux tells of them.

local threads = {}

local quiet_looks, look_us = 3, 1000
local known = {} -- thread id by name

local function told(id, what)
	return files.read("/proc/self/task/" .. id .. "/" .. what)
end

-- The id of the thread with this name; nil where none can be found.
local function id_of(name)
	local id = known[name]
	if not id or told(id, "comm") ~= name .. "\n" then
		local listing = io.popen("cd /proc/$PPID/task && grep -lx '" .. name .. "' */comm")
		id = listing:read("a"):match("^%d+")
		listing:close()
		known[name] = id
	end
	return id
end

--- Wait until a thread has nothing to do: it sleeps, and was not given the processor for some milliseconds. At most a
-- second, and where threads cannot be seen as long as it usually takes.
function threads.settle(name)
	local id, n_quiet, last = id_of(name), 0, nil
	for _ = 1, 1000 do
		ARDOUR.LuaAPI.usleep(look_us)
		local times = id and told(id, "schedstat")
		local is_quiet = times == last and (not id or (told(id, "stat") or ""):find(") S ", 1, true) ~= nil)
		n_quiet, last = is_quiet and n_quiet + 1 or 0, times
		if n_quiet == quiet_looks then
			return
		end
	end
end

return threads
