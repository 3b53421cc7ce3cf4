-- Walking Ardour's lists.

local lists = {}

--- Walk a list of Ardour's, keeping it alive meanwhile: its own iterator holds no reference to it, so a list that a
-- call has just returned may be collected in the middle of `for … in call():iter()`, and then freed memory is read.
function lists.each(list)
	local next_one = list:iter()
	return function ()
		local kept = list -- an upvalue is not collected
		return next_one(kept)
	end
end

return lists
