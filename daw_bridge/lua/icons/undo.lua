-- An arrow that turns back to the left.
return function (ctx, width, height, colour)
	local unit = math.min(width, height) / 10
	local x, y, radius = width / 2, height / 2 + unit, 2.6 * unit
	ctx:set_source_rgba(ARDOUR.LuaAPI.color_to_rgba(colour))
	ctx:set_line_width(math.max(1, unit))
	ctx:arc(x, y, radius, -0.5 * math.pi, 0.7 * math.pi)
	ctx:stroke()
	ctx:move_to(x, y - radius)
	ctx:line_to(x - 2 * unit, y - radius)
	ctx:stroke()
	ctx:move_to(x - 4 * unit, y - radius)
	ctx:line_to(x - 1.2 * unit, y - radius - 1.8 * unit)
	ctx:line_to(x - 1.2 * unit, y - radius + 1.8 * unit)
	ctx:fill()
end
