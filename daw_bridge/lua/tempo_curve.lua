-- The course of the tempo as a list of pieces, first to last: { ticks, bpm, end_bpm }. A piece goes in a straight line,
-- beat by beat, from its tempo to its end tempo, which it reaches where the next piece begins; the last one is level.

local tempo_curve = {}

local nearly = 0.0005 -- BPM; what is shown has three digits

local function is_near(one, other)
	return math.abs(one - other) < nearly
end

--- The tempo of piece `i` at a tick.
local function value(list, i, ticks)
	local piece, next_piece = list[i], list[i + 1]
	if not next_piece or piece.bpm == piece.end_bpm then
		return piece.bpm
	end
	return piece.bpm + (piece.end_bpm - piece.bpm) * (ticks - piece.ticks) / (next_piece.ticks - piece.ticks)
end

--- The number of the piece in which a tick lies.
local function index_at(list, ticks)
	local found = 1
	for i, piece in ipairs(list) do
		if piece.ticks <= ticks then
			found = i
		end
	end
	return found
end

--- The tempo at a tick, and what it has become just before the next piece.
function tempo_curve.at(list, ticks)
	local i = index_at(list, ticks)
	return value(list, i, ticks), list[i].end_bpm
end

--- The same course with pieces beginning at more places.
function tempo_curve.refined(list, places)
	local all, sorted = {}, {}
	for _, piece in ipairs(list) do
		all[piece.ticks] = true
	end
	for _, ticks in ipairs(places) do
		all[ticks] = true
	end
	for ticks in pairs(all) do
		sorted[#sorted + 1] = ticks
	end
	table.sort(sorted)
	local found = {}
	for k, ticks in ipairs(sorted) do
		local i, next_ticks = index_at(list, ticks), sorted[k + 1]
		local is_last_part = not list[i + 1] or next_ticks == list[i + 1].ticks
		local end_bpm = is_last_part and list[i].end_bpm or value(list, i, next_ticks)
		local bpm = value(list, i, ticks)
		found[k] = { ticks = ticks, bpm = bpm, end_bpm = list[i + 1] and end_bpm or bpm }
	end
	return found
end

-- Whether piece `i` only goes on as the one before it went.
local function goes_on(list, i)
	local before, piece, after = list[i - 1], list[i], list[i + 1]
	if not (before and is_near(before.end_bpm, piece.bpm)) then
		return false
	end
	if is_near(before.bpm, before.end_bpm) or is_near(piece.bpm, piece.end_bpm) then
		return is_near(before.bpm, before.end_bpm) and is_near(piece.bpm, piece.end_bpm)
	end
	local slope = (before.end_bpm - before.bpm) / (piece.ticks - before.ticks)
	return after ~= nil and is_near(piece.bpm + slope * (after.ticks - piece.ticks), piece.end_bpm)
end

--- The same course in as few pieces as it takes.
function tempo_curve.merged(list)
	local found = {}
	for i, piece in ipairs(list) do
		if i > 1 and goes_on({ found[#found], piece, list[i + 1] }, 2) then
			found[#found].end_bpm = piece.end_bpm
		else
			found[#found + 1] = { ticks = piece.ticks, bpm = piece.bpm, end_bpm = piece.end_bpm }
		end
	end
	return found
end

--- The course with a level tempo from a place to the next change.
function tempo_curve.with_tempo(list, ticks, bpm)
	local found = tempo_curve.refined(list, { ticks })
	local piece = found[index_at(found, ticks)]
	piece.bpm, piece.end_bpm = bpm, bpm
	return found
end

--- The course with one straight way between two places; changes between them go, the end tempo holds to the next one.
function tempo_curve.with_ramp(list, from, to, bpm, end_bpm)
	local found = {}
	for _, piece in ipairs(tempo_curve.refined(list, { from, to })) do
		if piece.ticks == from then
			piece.bpm, piece.end_bpm = bpm, end_bpm
		elseif piece.ticks == to then
			piece.end_bpm = piece.bpm == piece.end_bpm and end_bpm or piece.end_bpm
			piece.bpm = end_bpm
		end
		if piece.ticks <= from or piece.ticks >= to then
			found[#found + 1] = piece
		end
	end
	return found
end

--- The course without the change at a place: the tempo that was reached there holds to the next one.
function tempo_curve.without(list, ticks)
	local i = index_at(list, ticks)
	local found = tempo_curve.refined(list, {})
	if i > 1 then
		found[i].bpm, found[i].end_bpm = found[i - 1].end_bpm, found[i - 1].end_bpm
	end
	return found
end

-- The numbers of those of `before` that go on straight through a place in `places`.
local function split_ramps(before, places)
	local split = {}
	for _, ticks in ipairs(places) do
		local i = index_at(before, ticks)
		split[i] = split[i] or (before[i].ticks ~= ticks and not is_near(before[i].bpm, before[i].end_bpm))
	end
	return split
end

-- The places at which pieces begin, as a set.
local function beginnings(list)
	local found = {}
	for _, piece in ipairs(list) do
		found[piece.ticks] = true
	end
	return found
end

--- Where two courses differ, as rows { ticks, was = { bpm, end_bpm }, set = { bpm, end_bpm }, is_new, is_passing }.
-- `points` are all that Ardour has, `after` is what is wanted. New is where a level tempo only went on before; passing is
-- a point that changed nothing before and changes nothing after.
function tempo_curve.rows(points, after)
	local places = {}
	for _, list in ipairs({ points, after }) do
		for _, piece in ipairs(list) do
			places[#places + 1] = piece.ticks
		end
	end
	local was, set = tempo_curve.refined(points, places), tempo_curve.refined(after, places)
	local split, known, wanted = split_ramps(points, places), beginnings(tempo_curve.merged(points)), beginnings(after)
	local rows = json.array()
	for i, piece in ipairs(was) do
		local is_same = is_near(piece.bpm, set[i].bpm) and is_near(piece.end_bpm, set[i].end_bpm)
		if not is_same or split[index_at(points, piece.ticks)] then
			rows[#rows + 1] = {
				ticks = piece.ticks, was = json.array({ piece.bpm, piece.end_bpm }),
				set = json.array({ set[i].bpm, set[i].end_bpm }),
				is_new = not known[piece.ticks] and is_near(piece.bpm, piece.end_bpm) or nil,
				is_passing = not known[piece.ticks] and not wanted[piece.ticks] or nil,
			}
		end
	end
	return rows
end

-- The course with a piece that begins at each row's place.
local function refined_at(list, rows)
	local places = {}
	for i, row in ipairs(rows) do
		places[i] = row.ticks
	end
	return tempo_curve.refined(list, places)
end

--- The course with the rows' places as they were; where a tempo only went on, it goes on again.
function tempo_curve.undone(list, rows)
	local found = refined_at(list, rows)
	for _, row in ipairs(rows) do
		if row.is_new then
			found = tempo_curve.without(found, row.ticks)
		else
			local piece = found[index_at(found, row.ticks)]
			piece.bpm, piece.end_bpm = row.was[1], row.was[2]
		end
	end
	return found
end

--- Whether a course is at the rows' places as `which` of them says.
function tempo_curve.matches(list, rows, which)
	local found = refined_at(list, rows)
	for _, row in ipairs(rows) do
		local piece = found[index_at(found, row.ticks)]
		if not (is_near(piece.bpm, row[which][1]) and is_near(piece.end_bpm, row[which][2])) then
			return false
		end
	end
	return true
end

return tempo_curve
