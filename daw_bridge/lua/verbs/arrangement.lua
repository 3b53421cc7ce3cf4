-- copy_section, move_section, delete_section and insert_time: whole stretches of time, on all playlists of all tracks,
-- with automation, markers and ranges. Loop and punch stay where they are.
-- Ardour's own `cut_copy_section` leaves markers and what crosses its bounds alone at 7.3, and cannot be taken back but
-- by its own undo; so each of these is made of edits that can be.

local arrangement = { operations = {}, inverses = {} }

local far = math.maxinteger // 4

-- How time moves: pieces { from, to, shift } in ticks, dropped ones without a shift; `copy` is one that is there twice.
local plans = {}

function plans.delete_section(from, to)
	return { { 0, from, 0 }, { from, to }, { to, far, from - to } }
end

function plans.insert_time(from, to)
	return { { 0, from, 0 }, { from, far, to - from } }
end

function plans.copy_section(from, to, at)
	return { { 0, at, 0 }, { at, far, to - from }, copy = { from, to, at - from } }
end

function plans.move_section(from, to, at)
	if at >= to then
		return { { 0, from, 0 }, { from, to, at - to }, { to, at, from - to }, { at, far, 0 } }
	end
	return { { 0, at, 0 }, { at, from, to - from }, { from, to, at - from }, { to, far, 0 } }
end

local function in_samples(piece)
	local function samples(ticks)
		return ticks == far and far or timeline.samples_at(ticks)
	end
	local shift = piece[3] and timeline.samples_at(piece[1] + piece[3]) - samples(piece[1])
	return { samples(piece[1]), samples(piece[2]), shift }
end

-- The same plan by unit: in ticks and in samples.
local function by_unit(plan)
	local found = { ticks = plan, samples = { copy = plan.copy and in_samples(plan.copy) } }
	for i, piece in ipairs(plan) do
		found.samples[i] = in_samples(piece)
	end
	return found
end

-- The piece in which a place lies; a sample before its start counts as rounding.
local function piece_of(pieces, place, slack)
	local found = pieces[1]
	for _, piece in ipairs(pieces) do
		found = place + slack >= piece[1] and piece[1] < piece[2] and piece or found
	end
	return found
end

local function unit_of(plain)
	return plain.ticks and "ticks" or "samples"
end

local function shifted(plain, shift_by_unit)
	local unit = unit_of(plain)
	return { [unit] = plain[unit] + shift_by_unit[unit] }
end

-- How far a place moves, by unit; nil where it is dropped.
local function shift_at(units, samples)
	for i, piece in ipairs(units.samples) do
		if piece == piece_of(units.samples, samples, 1) then
			return units.ticks[i][3] and { ticks = units.ticks[i][3], samples = piece[3] }
		end
	end
end

-- Refuse where tempo or metre change in what moves: they would have to move too, and Ardour lets no point of its map go.
local function refuse_changes(first)
	for _, change in ipairs(timeline.changes()) do
		local ramps = change.end_bpm ~= change.tempo_bpm
		if change.ticks > first or (ramps and change.ticks >= first) then
			faults.stop("invalid", "tempo or metre change at " .. timeline.text(timeline.place_at(change.ticks))
				.. ", which would have to move along; take the change away with remove_tempo first, and set it anew afterwards")
		end
	end
end

-- regions ----------------------------------------------------------------------------------------

local function all_playlists(session)
	local found = {}
	for _, list in ipairs({ session:playlists():get_used(), session:playlists():get_unused() }) do
		for playlist in list:iter() do
			if playlist:n_regions() > 0 and region_state.track_of(session, playlist) then
				found[#found + 1] = playlist
			end
		end
	end
	return found
end

local function regions_on(playlist)
	local list = {}
	for region in lists.each(playlist:region_list()) do
		list[#list + 1] = region
	end
	return list
end

-- Split what lies across the bounds of pieces that part there.
local function split_at(context, playlist, ticks)
	local samples = timeline.samples_at(ticks)
	for _, region in ipairs(regions_on(playlist)) do
		if region_state.start_samples(region) < samples - 1 and region_state.end_samples(region) > samples + 1 then
			region_state.refuse_locked(region)
			region_edits.split(context, region, region_state.at(region, ticks))
		end
	end
end

-- A copy is cut to the stretch before it is placed: one that lies before the start even for a moment takes the start of
-- the session's range there, from which it never comes back, and then a ramp of the tempo at bar 1 ends Ardour 7.3
-- (`TempoPoint::superclock_at` aborts on what such a place comes to, tempo.cc).
local function copy_regions(context, playlist, units)
	local copy, made = units.samples.copy, 0
	for _, region in ipairs(copy and regions_on(playlist) or {}) do
		local from, to = region_state.start_samples(region), region_state.end_samples(region)
		if from < copy[2] - 1 and to > copy[1] + 1 then
			local copied = region_edits.clone(region)
			copied:set_position_locked(false)
			if from < copy[1] - 1 then
				copied:trim_front(region_state.at(copied, units.ticks.copy[1]))
			end
			if to > copy[2] + 1 then
				copied:trim_end(region_state.at(copied, units.ticks.copy[2]))
			end
			local at = shifted(region_state.plain(copied:position()), { ticks = units.ticks.copy[3], samples = copy[3] })
			region_edits.add(context, copied, playlist, region_state.position(at))
			made = made + 1
		end
	end
	return made
end

local function plain_text(plain)
	return plain.ticks and "t" .. plain.ticks or "s" .. plain.samples
end

local function plain_of(text)
	local number = math.tointeger(text:sub(2))
	return text:sub(1, 1) == "t" and { ticks = number } or { samples = number }
end

-- Change regions without automation going along by itself, as it does where Ardour is set so.
local function with_automation_in_place(change, ...)
	local config = ARDOUR.config()
	local follows = config:get_automation_follows_regions()
	config:set_automation_follows_regions(false)
	local is_done, result = pcall(change, ...)
	config:set_automation_follows_regions(follows)
	if not is_done then
		error(result, 0)
	end
	return result
end

-- Move regions of a playlist, each to a position.
local function move_aside(session, playlist, moves)
	local moving = {}
	for i, move in ipairs(moves) do
		moving[i] = move[1]
	end
	region_state.change_all_aside(session, playlist, moving, function ()
		for _, move in ipairs(moves) do
			move[1]:set_position(move[2])
		end
	end)
end

-- Move the given regions of a playlist, all in one entry of the journal; those whose time is dropped go.
local function move_regions(context, playlist, regions, units)
	local rows, moves = {}, {}
	for _, region in ipairs(regions) do
		local shift = shift_at(units, region_state.start_samples(region))
		if not shift then
			region_state.refuse_locked(region)
			region_edits.remove(context, region)
		elseif shift.samples ~= 0 then
			region_state.refuse_locked(region)
			local was = region_state.plain(region:position())
			local set = shifted(was, shift)
			rows[#rows + 1] = string.format("%s %s %s", ids.of(region), plain_text(was), plain_text(set))
			moves[#moves + 1] = { region, region_state.position(set), set }
		end
	end
	if #rows == 0 then
		return 0
	end
	context.undo_with({
		kind = "unshift_regions", key = "playlist:" .. ids.of(playlist), rows = table.concat(rows, ";"),
		stacks = region_state.stacks(playlist),
	})
	move_aside(context.session, playlist, moves)
	for _, move in ipairs(moves) do
		if not region_state.is_same_time(region_state.plain(move[1]:position()), move[3]) then
			faults.stop("failed", move[1]:name() .. " is at " .. region_state.span(move[1]))
		end
	end
	return #moves
end

local function unshift(context, inverse)
	local left, playlists, moves = {}, {}, {}
	for id, was, set in inverse.rows:gmatch("(%d+) (%S+) ([^;]+)") do
		local region = region_state.placed(context.session, id)
		if region and region_state.is_same_time(region_state.plain(region:position()), plain_of(set)) then
			local playlist = ids.of(region:playlist())
			playlists[playlist], moves[playlist] = region:playlist(), moves[playlist] or {}
			table.insert(moves[playlist], { region, region_state.position(plain_of(was)) })
		elseif region then
			left[#left + 1] = region:name()
		end
	end
	for id, playlist in pairs(playlists) do
		move_aside(context.session, playlist, moves[id])
	end
	region_state.restack(context.session, inverse.stacks)
	return #left > 0 and table.concat(left, ", ") .. " moved since; left there" or nil
end

function arrangement.inverses.unshift_regions(context, inverse)
	return with_automation_in_place(unshift, context, inverse)
end

local function change_regions(context, units, bounds)
	local count = 0
	for _, playlist in ipairs(all_playlists(context.session)) do
		for _, ticks in ipairs(bounds) do
			split_at(context, playlist, ticks)
		end
		local regions = regions_on(playlist)
		count = count + copy_regions(context, playlist, units) + move_regions(context, playlist, regions, units)
	end
	return count
end

-- automation -------------------------------------------------------------------------------------

-- The value on the straight line between two points.
local function between(before, after, place)
	return before[2] + (after[2] - before[2]) * (place - before[1]) / (after[1] - before[1])
end

-- Drop the points that were put at bounds and lie on the straight line between their neighbours.
local function without_needless(points)
	local found = {}
	for i, point in ipairs(points) do
		local before, after = found[#found], points[i + 1]
		local is_needless = point.is_bound
		if is_needless and before and after then
			is_needless = math.abs(between(before, after, point[1]) - point[2]) < 1e-9
		elseif is_needless and (before or after) then
			is_needless = math.abs((before or after)[2] - point[2]) < 1e-9
		end
		if not is_needless then
			found[#found + 1] = point
		end
	end
	return found
end

local function add_piece(found, points, piece, value_at)
	local from, to, shift = piece[1], piece[2], piece[3]
	local inner = {}
	for _, point in ipairs(points) do
		if point[1] >= from and point[1] < to then
			inner[#inner + 1] = { point[1] + shift, point[2] }
		end
	end
	if value_at and from > 0 and (not inner[1] or inner[1][1] > from + shift) then
		table.insert(inner, 1, { from + shift, value_at(from), is_bound = true })
	end
	if value_at and to < far and (not inner[1] or inner[#inner][1] < to - 1 + shift) then
		inner[#inner + 1] = { to - 1 + shift, value_at(to - 1), is_bound = true }
	end
	table.move(inner, 1, #inner, #found + 1, found)
end

-- The points of a lane after the plan; `value_at` tells its course between points, where it has one.
local function arranged(points, pieces, value_at)
	local all, found = {}, {}
	for _, piece in ipairs(pieces) do
		all[#all + 1] = piece[3] and piece[1] < piece[2] and piece or nil
	end
	all[#all + 1] = pieces.copy
	table.sort(all, function (one, other) return one[1] + one[3] < other[1] + other[3] end)
	for _, piece in ipairs(all) do
		add_piece(found, points, piece, value_at)
	end
	return without_needless(found)
end

-- Whose lane a snapshot's entry is.
local function owner_of(route, entry)
	local id, which = entry.target:match("^(%d+) (.+)$")
	if not id then
		return { route = ids.of(route), control = entry.target }
	elseif which == "level" then
		return { send = id, control = which }
	end
	return { plugin = id, control = which }
end

local function change_lane(context, owner, units)
	local target = lane_targets.standing(context, owner)
	local points, in_beats = lanes.read(target.list)
	local function value_at(place)
		return target.list:eval(in_beats and Temporal.timepos_t.from_ticks(place) or Temporal.timepos_t(place))
	end
	local is_stepped = lanes.interpolation(target.list) == "discrete"
	local wanted = arranged(points, units[in_beats and "ticks" or "samples"], not is_stepped and value_at or nil)
	local before, after = lanes.text(points), lanes.text(wanted)
	if before == after then
		return
	end
	context.undo_with({
		kind = "restore_automation", key = "automation:" .. target.key, owner = owner, is_in_beats = in_beats, was = before,
		was_interpolation = lanes.interpolation(target.list), set = lanes.digest(after),
	})
	lanes.write(target.list, wanted, in_beats)
	if lanes.text((lanes.read(target.list))) ~= after then
		faults.stop("failed", "the automation of " .. target.name .. " does not read as it was arranged")
	end
end

local function change_automation(context, units)
	for _, route in ipairs(strips.all(context.session)) do
		for _, entry in ipairs(lanes.facts(route)) do
			if entry.points ~= "" then
				change_lane(context, owner_of(route, entry), units)
			end
		end
	end
end

-- markers and ranges -----------------------------------------------------------------------------

local function change_markers(context, units)
	local copy = units.samples.copy
	for _, location in ipairs(locations.all(context.session, false)) do
		local plain, samples = locations.plain(location:start()), location:start():samples()
		local shift = shift_at(units, samples)
		if copy and samples >= copy[1] and samples < copy[2] and locations.kind(location) ~= "cue" then
			local at = shifted(plain, { ticks = units.ticks.copy[3], samples = copy[3] })
			markers.put(context, location:name(), locations.position(at), location:flags())
		end
		if not shift then
			markers.remove(context, location)
		elseif shift.samples ~= 0 then
			markers.change(context, location, locations.position(shifted(plain, shift)))
		end
	end
end

-- Where a bound of a range goes; one that is dropped goes to where its time was taken out.
local function moved_bound(units, samples, is_end)
	local piece = piece_of(units.samples, is_end and samples - 1 or samples, is_end and 0 or 1)
	return piece[3] and samples + piece[3] or piece[1]
end

local function change_ranges(context, units)
	local copy = units.samples.copy
	for _, location in ipairs(locations.all(context.session, true)) do
		local from, to = location:start():samples(), location:_end():samples()
		if copy and from >= copy[1] and to <= copy[2] then
			ranges.put(context, location:name(), Temporal.timepos_t(from + copy[3]), Temporal.timepos_t(to + copy[3]))
		end
		local new_from, new_to = moved_bound(units, from, false), moved_bound(units, to, true)
		if new_to == new_from then
			ranges.remove(context, location)
		elseif new_from ~= from or new_to ~= to then
			new_to = new_to > new_from and new_to or new_from + to - from
			ranges.change(context, location, Temporal.timepos_t(new_from), Temporal.timepos_t(new_to))
		end
	end
end

-- the verbs --------------------------------------------------------------------------------------

local function arrange(context, operation)
	faults.require_editor(context, "arranging")
	local from, to = timeline.stretch(operation.start, operation["end"])
	local at = operation.to and timeline.ticks_at(operation.to)
	if at and from < at and at < to then
		faults.stop("invalid", timeline.text(operation.to) .. " lies inside the stretch; name a place outside of it")
	end
	refuse_changes(math.min(from, at or from))
	local units = by_unit(plans[operation.verb](from, to, at))
	local bounds = ({ copy_section = { at }, insert_time = { from } })[operation.verb] or { from, to, at }
	local n_regions = with_automation_in_place(change_regions, context, units, bounds)
	change_automation(context, units)
	change_ranges(context, units)
	change_markers(context, units)
	local stretch = timeline.text(operation.start) .. " to " .. timeline.text(operation["end"])
	return {
		asked = stretch .. (at and " at " .. timeline.text(operation.to) or ""),
		read_back = string.format("%d regions in their new places", n_regions),
	}
end

for verb in pairs(plans) do
	arrangement.operations[verb] = arrange
end

return arrangement
