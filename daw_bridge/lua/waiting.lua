-- Waiting for what the audio thread or the editor does a moment later.

local waiting = {}

local dropping_us, dropped_us = 300000, 0

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

--- Note that the editor drops a strip now. Its views of a VCA stay in its lists, empty, until it is idle, and Ardour 7.3
-- ends when a group changes before that (`VCATimeAxisView::self_delete`, `EditorRouteGroups::property_changed`).
function waiting.note_drop()
	dropped_us = ARDOUR.LuaAPI.monotonic_time() + dropping_us
end

--- Whether the editor may still be dropping a strip, so that nothing should be changed now.
function waiting.is_dropping()
	return ARDOUR.LuaAPI.monotonic_time() < dropped_us
end

return waiting
