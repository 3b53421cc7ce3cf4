-- A line that forks: one part, and another that it might be.
return function (ctx, width, height, colour)
	local unit = math.min(width, height) / 10
	local x, y = width / 2, height / 2
	ctx:set_source_rgba(ARDOUR.LuaAPI.color_to_rgba(colour))
	ctx:set_line_width(math.max(1, unit))
	ctx:move_to(x - 4 * unit, y)
	ctx:line_to(x - unit, y)
	ctx:line_to(x + 2 * unit, y - 2.5 * unit)
	ctx:stroke()
	ctx:move_to(x - unit, y)
	ctx:line_to(x + 2 * unit, y + 2.5 * unit)
	ctx:stroke()
	for _, place in ipairs({ -2.5 * unit, 2.5 * unit }) do
		ctx:arc(x + 3 * unit, y + place, 1.3 * unit, 0, 2 * math.pi)
		ctx:fill()
	end
end
