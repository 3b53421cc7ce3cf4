-- Waiting for what the audio thread does a moment later.

local waiting = {}

--- Wait until something is so, at most 0.4 s; returns whether it is.
function waiting.until_true(is_so)
	for _ = 1, 200 do
		if is_so() then
			return true
		end
		ARDOUR.LuaAPI.usleep(2000)
	end
	return is_so()
end

return waiting
