-- Which points of a curve are needed: without the others no place on it moves by more than a tolerance.

local thinning = {}

local quietest_db = -200 -- silence has no place on a line; below this nobody hears a difference

-- How far the worst point between two others lies from the straight line between them, and which it is.
local function worst_between(points, first, last)
	local from, to = points[first], points[last]
	local slope = (to[2] - from[2]) / (to[1] - from[1])
	local worst, worst_distance = nil, -1
	for i = first + 1, last - 1 do
		local distance = math.abs(points[i][2] - from[2] - slope * (points[i][1] - from[1]))
		if distance > worst_distance then
			worst, worst_distance = i, distance
		end
	end
	return worst, worst_distance
end

-- Ramer, Douglas and Peucker's way: keep the ends, then the point that lies farthest off, and so on between those.
local function kept_on_lines(points, tolerance)
	local is_kept, spans = { [1] = true, [#points] = true }, { { 1, #points } }
	while #spans > 0 do
		local span = table.remove(spans)
		local worst, distance = worst_between(points, span[1], span[2])
		if worst and distance > tolerance then
			is_kept[worst] = true
			spans[#spans + 1] = { span[1], worst }
			spans[#spans + 1] = { worst, span[2] }
		end
	end
	return is_kept
end

local function kept_on_steps(points, tolerance)
	local is_kept, value = {}, nil
	for i, point in ipairs(points) do
		if not value or math.abs(point[2] - value) > tolerance then
			is_kept[i], value = true, point[2]
		end
	end
	return is_kept
end

--- The points that are needed; `shown` turns their values into those in which `tolerance` is given.
function thinning.needed(points, tolerance, shown, is_stepped)
	if #points < 3 then
		return points
	end
	local curve = {}
	for i, point in ipairs(points) do
		curve[i] = { point[1], math.max(shown(point[2]), quietest_db) }
	end
	local is_kept = (is_stepped and kept_on_steps or kept_on_lines)(curve, tolerance)
	local needed = {}
	for i, point in ipairs(points) do
		needed[#needed + 1] = is_kept[i] and point or nil
	end
	return needed
end

return thinning
