-- The session's state as Ardour would save it now. Ardour's own way of saving by itself every few minutes is a pending
-- file, which it offers to recover after a crash: it makes no snapshot, tells nobody and does not count as a save.

local pending = {}

--- Write the pending file, read it, and take it away again unless there was one before; that one is then as new as can be.
function pending.text(session)
	local path = session:path() .. "/" .. session:snap_name() .. ".pending"
	local was_there = files.read(path) ~= nil
	if session:save_state("", true, false, false, false, false) ~= 0 then
		faults.stop("failed", "Ardour could not write its state; is the session read-only or the disk full?")
	end
	local text = files.read(path) or faults.stop("failed", "Ardour wrote no " .. path)
	if not was_there then
		os.remove(path)
	end
	return text
end

return pending
