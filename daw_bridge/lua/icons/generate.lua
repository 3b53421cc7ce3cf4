-- Two notes under a beam.
return function (ctx, width, height, colour)
	local unit = math.min(width, height) / 10
	local left, right, top, bottom = width / 2 - 2 * unit, width / 2 + 2.5 * unit, height / 2 - 3.5 * unit, height / 2 + 2.5 * unit
	ctx:set_source_rgba(ARDOUR.LuaAPI.color_to_rgba(colour))
	ctx:set_line_width(math.max(1, unit * 0.8))
	ctx:move_to(left, bottom)
	ctx:line_to(left, top)
	ctx:line_to(right, top)
	ctx:line_to(right, bottom)
	ctx:stroke()
	for _, x in ipairs({ left, right }) do
		ctx:arc(x - unit, bottom, 1.3 * unit, 0, 2 * math.pi)
		ctx:fill()
	end
end
