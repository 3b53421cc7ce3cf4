-- Levels in dB and as Ardour keeps them, as factors. Silence is the text "-inf" in dB, since JSON has no infinity.

local levels = {}

function levels.db(coefficient)
	return coefficient > 0 and ARDOUR.DSP.accurate_coefficient_to_dB(coefficient) or "-inf"
end

function levels.coefficient(db)
	return db == "-inf" and 0 or ARDOUR.DSP.dB_to_coefficient(db)
end

function levels.shown(db)
	return db == "-inf" and "-inf dB" or string.format("%.2f dB", db)
end

return levels
