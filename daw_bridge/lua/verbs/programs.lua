-- set_program: bank and program inside MIDI regions.
-- Ardour keeps a program change as one thing when it reads a file; Lua can read and remove those from Ardour 8 on, make
-- none, and not tell their channels. So ours are written as curves of program and bank, which become such things with
-- the next loading, and one that is there already is taken to be of the channel of the region's notes.

local programs = { operations = {}, inverses = {}, requires = {} }

local has_patch_changes = ARDOUR.LuaAPI.patch_change_list ~= nil

local function patch_changes(region)
	local model, found = note_rows.model_of(region), {}
	if not has_patch_changes or not model then
		return found
	end
	local list = ARDOUR.LuaAPI.patch_change_list(model)
	for change in list:iter() do
		local ticks, bank, program = note_rows.ticks_of(change:time()), math.max(0, change:bank()), change:program()
		local last = found[#found]
		if last and last.ticks + ticks == 1 and last.bank == bank and last.program == program then
			last.second = change -- see `kept` in midi_curves
		else
			found[#found + 1] = { ticks = ticks, bank = bank, program = program, change = change }
		end
	end
	return found
end

local function value_at(points, ticks)
	for _, point in ipairs(points) do
		if point.ticks == ticks then
			return point.value
		end
	end
	return nil
end

local function program_curve(channel)
	return { kind = "program", channel = channel, number = 0 }
end

local function bank_curve(channel, number)
	return { kind = "cc", channel = channel, number = number }
end

-- The programs that stand as curves.
local function drawn_programs(region, channel)
	local found = {}
	local msb = midi_curves.read(region, bank_curve(channel, midi_curves.bank_msb))
	local lsb = midi_curves.read(region, bank_curve(channel, midi_curves.bank_lsb))
	for _, point in ipairs(midi_curves.read(region, program_curve(channel))) do
		local bank = (value_at(msb, point.ticks) or 0) << 7 | (value_at(lsb, point.ticks) or 0)
		found[#found + 1] = { ticks = point.ticks, bank = bank, program = point.value }
	end
	return found
end

-- The programs at one place, as text "bank program;…".
local function programs_at(region, ticks, channel)
	local rows = {}
	for _, found in ipairs(midi_curves.joined(patch_changes(region), drawn_programs(region, channel))) do
		if found.ticks == ticks then
			rows[#rows + 1] = found.bank .. " " .. found.program
		end
	end
	return table.concat(rows, ";")
end

local function without(points, ticks)
	local list = {}
	for _, point in ipairs(points) do
		list[#list + 1] = point.ticks ~= ticks and point or nil
	end
	return list
end

local function remove_patch_changes(context, region, ticks)
	local model, command, n = note_rows.model_of(region), nil, 0
	for _, found in ipairs(patch_changes(region)) do
		if found.ticks == ticks then
			command = command or model:new_patch_change_diff_command("remove programs")
			command:remove(found.change)
			if found.second then
				command:remove(found.second)
			end
			n = n + 1
		end
	end
	if n > 0 then
		history.without_entry(context.session, "remove programs", function ()
			model:apply_diff_command_as_commit(context.session, command)
		end)
	end
end

-- Make what stands at one place on one channel this bank and program, or nothing.
local function put_program(context, region, ticks, channel, bank, program)
	remove_patch_changes(context, region, ticks)
	local curves = {
		{ program_curve(channel), program }, { bank_curve(channel, midi_curves.bank_msb), program and bank >> 7 },
		{ bank_curve(channel, midi_curves.bank_lsb), program and bank & 0x7F },
	}
	for _, entry in ipairs(curves) do
		local which, value = entry[1], entry[2]
		local points = without(midi_curves.read(region, which), ticks)
		points[#points + 1] = value and { ticks = ticks, value = value } or nil
		midi_curves.write(context, region, which, midi_curves.in_order(which, points))
	end
end

local function refuse_mixed_channels(region, ticks, channel)
	for _, found in ipairs(patch_changes(region)) do
		for _, note in ipairs(found.ticks == ticks and note_rows.list(region) or {}) do
			if note.channel ~= channel then
				faults.stop("invalid", region:name() .. " has a program there and notes on other channels than " .. channel
					.. ", and Ardour does not tell scripts which channel it is for; set it in Ardour")
			end
		end
	end
end

function programs.operations.set_program(context, operation)
	local region, id = midi_curves.named_region(context, operation.region)
	local ticks, channel = region:start():ticks(), operation.channel
	if operation.at ~= json.null then
		ticks = ticks + timeline.ticks_at(operation.at) - region:position():ticks()
	end
	if ticks < region:start():ticks() or ticks >= region:start():ticks() + region:length():ticks() then
		faults.stop("invalid", timeline.text(operation.at) .. " lies outside of " .. region:name())
	end
	refuse_mixed_channels(region, ticks, channel)
	local set = operation.bank .. " " .. operation.program
	context.undo_with({
		kind = "restore_program", key = string.format("program:%s:%d:%d", id, channel, ticks), region = id, ticks = ticks,
		channel = channel, was = programs_at(region, ticks, channel), set = set,
	})
	put_program(context, region, ticks, channel, operation.bank, operation.program)
	local now = programs_at(region, ticks, channel)
	if now ~= set then
		faults.stop("failed", "bank and program read " .. now)
	end
	return midi_curves.outcome(context, region, id, "bank and program " .. set, "bank and program " .. now)
end

programs.requires.set_program = {
	probe = function () return has_patch_changes end, since = "8.7",
	reason = "this Ardour tells scripts nothing of the programs that a region holds, so that one of them might still win; "
		.. "give the program to add_midi_region, or import a MIDI file that holds it",
}

function programs.inverses.restore_program(context, inverse)
	local region = midi_curves.region_of(inverse)
	if not region then
		return nil -- its programs went with it
	end
	if programs_at(region, inverse.ticks, inverse.channel) ~= inverse.set then
		return "the program in " .. region:name() .. " was changed since, and stays as it is"
	end
	local bank, program = inverse.was:match("^(%d+) (%d+)")
	put_program(context, region, inverse.ticks, inverse.channel, math.tointeger(bank), math.tointeger(program))
	return nil
end

--- Add to a region's facts its programs, "ticks bank program".
function programs.region_facts(region, facts)
	local model = note_rows.model_of(region)
	if not model then
		return
	end
	local found = patch_changes(region)
	for _, which in ipairs(midi_curves.parameters(model)) do
		if which.kind == "program" then
			found = midi_curves.joined(found, drawn_programs(region, which.channel))
		end
	end
	local from = region:start():ticks()
	for i, entry in ipairs(found) do
		found[i] = string.format("%d %d %d", entry.ticks - from, entry.bank, entry.program)
	end
	table.sort(found)
	facts.programs = #found > 0 and table.concat(found, ";") or nil
end

return programs
