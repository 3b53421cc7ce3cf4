-- Levels in dB and as Ardour keeps them, as factors. Silence is the text "-inf" in dB, since JSON has no infinity.

local levels = {}

function levels.db(coefficient)
	return coefficient > 0 and ARDOUR.DSP.accurate_coefficient_to_dB(coefficient) or "-inf"
end

function levels.coefficient(db)
	return db == "-inf" and 0 or ARDOUR.DSP.dB_to_coefficient(db)
end

local silence_db, nearly_db = -180, 0.01

--- Whether two levels are the same, but for what nobody hears.
function levels.is_same(one, other)
	local function heard(db)
		return db ~= "-inf" and db > silence_db and db or silence_db
	end
	return math.abs(heard(one) - heard(other)) <= nearly_db
end

function levels.shown(db)
	return db == "-inf" and "-inf dB" or string.format("%.2f dB", db)
end

return levels
