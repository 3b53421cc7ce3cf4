-- Runs one job in Ardour's own interpreter: reads a JSON request, writes a JSON answer, never stops half way.
-- Arguments: the bridge's Lua folder, the job's script, the request file, the answer file, the modules of the bridge.

library = arg[1]
for name in arg[5]:gmatch ("[%w_]+") do
	_G[name] = dofile (library .. "/" .. name .. ".lua")
end

local job = dofile (arg[2])
local request = json.decode (files.read (arg[3]))

AudioEngine:set_backend ("None (Dummy)", "", "")
local is_done, result = faults.guard (job, request)
files.replace (arg[4], json.encode (is_done and { result = result } or { fault = result }))

-- The answer is complete. Taking a session down again can corrupt the heap after an export (7.3: "free(): invalid next
-- size" in Port::drop), and nothing is left to be saved: the process ends here and now.
os.execute ("kill -KILL $PPID")
