-- Whether two numbers are the same but for rounding.

local nearness = {}

--- Whether two values are the same, to a millionth where they are more than 1.
function nearness.is_same(one, other)
	return math.abs(one - other) <= 1e-6 * math.max(1, math.abs(one), math.abs(other))
end

--- Whether two places or lengths in samples are the same, to one sample.
function nearness.is_same_sample(one, other)
	return math.abs(one - other) <= 1
end

return nearness
