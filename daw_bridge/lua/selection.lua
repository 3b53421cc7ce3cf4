-- Selecting strips in the editor.
-- `Editor:set_selection` with tracks ends Ardour 7.3 with a fatal error (it mistakes their type), so the strips
-- that are not wanted are hidden for a moment while everything visible is selected.

local selection = {}

local function is_wanted(strip, routes)
	local id = ids.of(strip)
	for _, route in ipairs(routes) do
		if ids.of(route) == id then
			return true
		end
	end
	return false
end

-- Hiding a VCA that was made in the same moment ends Ardour 7.3, so nothing is touched that need not be.
local function is_so_already(session, routes)
	for strip in lists.each(session:get_stripables()) do
		if strip:is_selected() ~= is_wanted(strip, routes) then
			return false
		end
	end
	return true
end

function selection.set(context, routes)
	local editor = context.editor
	if is_so_already(context.session, routes) then
		return
	end
	if #routes == 0 then
		editor:deselect_all()
		return
	end
	local hidden = {}
	local is_done, reason = pcall(function ()
		for strip in lists.each(context.session:get_stripables()) do
			if not strip:is_hidden() and not is_wanted(strip, routes) then
				local view = editor:get_stripable_time_axis_by_id(strip:to_stateful():id())
				if view then
					editor:hide_track_in_display(view, false)
					hidden[#hidden + 1] = view
				end
			end
		end
		editor:select_all_visible_lanes()
	end)
	for _, view in ipairs(hidden) do
		editor:show_track_in_display(view, false)
	end
	if not is_done then
		error(reason, 0)
	end
end

return selection
