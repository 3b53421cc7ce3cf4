-- rename_region, mute_region, lock_region, set_region_gain, normalise_region and fade_region.

local region_shape = { operations = {}, inverses = {}, readings = {} }

-- What can be set of a region by itself, and how a value of it is shown.
local properties = {
	name = { read = function (region) return region:name() end, write = function (region, value) region:set_name(value) end },
	mute = { read = function (region) return region:muted() end, write = function (region, value) region:set_muted(value) end },
	lock = {
		read = function (region) return region:position_locked() end,
		write = function (region, value) region:set_position_locked(value) end,
	},
	gain = {
		read = function (region) return region:to_audioregion():scale_amplitude() end,
		write = function (region, value) region:to_audioregion():set_scale_amplitude(value) end,
	},
}

local function is_same(one, other)
	if type(one) == "number" and type(other) == "number" then
		return nearness.is_same(one, other)
	end
	return one == other
end

-- Set one property, remembering what it was; stops where Ardour does not take it.
local function change(context, region, which, value)
	local property = properties[which]
	local id = ids.of(region)
	context.undo_with({
		kind = "restore_region_property", key = "region:" .. id .. ":" .. which, region = id, property = which,
		was = property.read(region), set = value,
	})
	property.write(region, value)
	region:to_stateful():clear_changes()
	local now = property.read(region)
	if not is_same(now, value) then
		faults.stop("failed", "the " .. which .. " of the region reads " .. tostring(now))
	end
	local _, route_id = region_state.track_of(context.session, region:playlist())
	return { target_id = id, route_id = route_id, asked = tostring(value), read_back = tostring(now) }
end

function region_shape.inverses.restore_region_property(context, inverse)
	local region = region_state.placed(context.session, inverse.region)
	if not region then
		return "the region " .. inverse.region .. " was removed since"
	end
	local property = properties[inverse.property]
	if not is_same(property.read(region), inverse.set) then
		return string.format("the %s of %s was changed since; left as it is", inverse.property, region:name())
	end
	property.write(region, inverse.was)
	region:to_stateful():clear_changes()
	return nil
end

function region_shape.operations.rename_region(context, operation)
	local region = region_state.named(context, operation.region)
	local outcome = change(context, region, "name", region_state.legal_name(region, operation.name))
	outcome.asked = operation.name
	return outcome
end

function region_shape.operations.mute_region(context, operation)
	return change(context, region_state.named(context, operation.region), "mute", operation.is_muted)
end

function region_shape.operations.lock_region(context, operation)
	return change(context, region_state.named(context, operation.region), "lock", operation.is_locked)
end

local function gain_text(amplitude)
	return levels.shown(levels.db(math.abs(amplitude))) .. (amplitude < 0 and ", polarity turned over" or "")
end

-- Set the gain, keeping the polarity unless it is given; asked and read_back are in dB.
local function set_gain(context, region, coefficient, is_inverted)
	if is_inverted == nil then
		is_inverted = region:scale_amplitude() < 0
	end
	local amplitude = is_inverted and -coefficient or coefficient
	local outcome = change(context, region, "gain", amplitude)
	outcome.asked, outcome.read_back = gain_text(amplitude), gain_text(region:scale_amplitude())
	return outcome
end

function region_shape.operations.set_region_gain(context, operation)
	local region = region_state.named_audio(context, operation, "change the notes' velocities instead")
	local gain, is_inverted = operation.gain_db, operation.is_inverted
	if is_inverted == json.null then
		is_inverted = nil
	end
	local coefficient = gain == json.null and math.abs(region:scale_amplitude()) or levels.coefficient(gain)
	return set_gain(context, region, coefficient, is_inverted)
end

function region_shape.operations.normalise_region(context, operation)
	local region = region_state.named_audio(context, operation, "change the notes' velocities instead")
	local is_peak = operation.measure == "peak"
	local level = is_peak and region:maximum_amplitude(nil) or region:rms(nil)
	if not (level > 1e-9) then
		faults.stop("invalid", region:name() .. " is silent, so it has no level to normalise")
	end
	local outcome = set_gain(context, region, levels.coefficient(operation.level_db) / level)
	local now = level * math.abs(region:scale_amplitude())
	outcome.asked = string.format("%s %.2f dBFS", operation.measure, operation.level_db)
	outcome.read_back = string.format("%s %.2f dBFS, gain %s", operation.measure,
		ARDOUR.DSP.accurate_coefficient_to_dB(now), outcome.read_back)
	return outcome
end

-- The length of a fade in samples; beats are counted from the edge of the region inwards.
local function fade_samples(session, region, operation, which)
	local length = operation["fade_" .. which]
	if operation.unit == "seconds" then
		return math.floor(length * session:nominal_sample_rate() + 0.5)
	end
	local edge = which == "in" and region_state.start_samples(region) or region_state.end_samples(region)
	local ticks = timeline.ticks_at_sample(edge)
	local inwards = math.floor(length * region_state.ticks_per_quarter + 0.5) * (which == "in" and 1 or -1)
	return math.abs(timeline.samples_at(math.max(ticks + inwards, 0)) - timeline.samples_at(ticks))
end

-- What a fade is to be, as asked.
local function wanted_fade(session, region, operation, which, before)
	local samples, longest = fade_samples(session, region, operation, which), region:length():samples()
	if samples > longest then
		local rate = session:nominal_sample_rate()
		faults.stop("invalid", string.format("a fade of %.3f s is longer than %s with its %.3f s", samples / rate,
			region:name(), longest / rate))
	end
	if operation.shape ~= json.null and before.shape == json.null then
		faults.stop("invalid", "the fade of " .. region:name() .. " has a curve of its own, which could not be put back; "
			.. "set its shape in Ardour first, or leave the shape out")
	end
	return {
		length_samples = math.max(samples, fades.shortest_samples),
		shape = operation.shape ~= json.null and operation.shape or before.shape, is_active = true,
	}
end

local function shown_fade(which, fade, sample_rate)
	return string.format("%s %.4f s %s", which, fade.length_samples / sample_rate,
		fade.shape == json.null and "own curve" or fade.shape)
end

function region_shape.operations.fade_region(context, operation)
	local region, id = region_state.named_audio(context, operation, "write its volume as automation instead")
	local session, rate = context.session, context.session:nominal_sample_rate()
	local before, was, set = fades.of(context, region, ""), {}, {}
	for _, which in ipairs({ "in", "out" }) do
		if operation["fade_" .. which] ~= json.null then
			was[which], set[which] = before[which], wanted_fade(session, region, operation, which, before[which])
		end
	end
	context.undo_with({ kind = "restore_fades", key = "region:" .. id .. ":fades", region = id, was = was, set = set })
	fades.set_aside(session, region, set)
	local now, asked, read_back = fades.of(context, region, ""), {}, {}
	for which, fade in pairs(set) do
		asked[#asked + 1] = shown_fade(which, fade, rate)
		read_back[#read_back + 1] = shown_fade(which, now[which], rate)
		if not fades.is_same(now[which], fade) then
			faults.stop("failed", "the fade reads " .. shown_fade(which, now[which], rate))
		end
	end
	table.sort(asked)
	table.sort(read_back)
	local _, route_id = region_state.track_of(session, region:playlist())
	return {
		target_id = id, route_id = route_id, asked = table.concat(asked, ", "), read_back = table.concat(read_back, ", "),
	}
end

function region_shape.inverses.restore_fades(context, inverse)
	local region = region_state.placed(context.session, inverse.region)
	if not region then
		return "the region " .. inverse.region .. " was removed since"
	end
	local now, back, note = fades.of(context, region, "undo"), {}, nil
	for which, set in pairs(inverse.set) do
		if fades.is_same(now[which], set) then
			back[which] = inverse.was[which]
		else
			note = string.format("the fade %s of %s was changed since; left as it is", which, region:name())
		end
	end
	fades.set_aside(context.session, region, back)
	return note
end

--- What a snapshot does not hold of a region: its fades, which some Ardours tell no other way, and its files.
function region_shape.readings.region(session, _, arguments)
	local region = region_state.named({ session = session, refs = {} }, arguments.region)
	local facts = { id = ids.of(region), name = region:name(), paths = json.array() }
	local audio = region:to_audioregion()
	for channel = 0, region_state.is_audio(region) and audio:n_channels() - 1 or 0 do
		local file = region:source(channel):to_filesource()
		facts.paths[#facts.paths + 1] = not file:isnil() and file:path() or nil
	end
	if region_state.is_audio(region) then
		fades.forget()
		local both = fades.of({ session = session }, region, "")
		facts.fade_in, facts.fade_out = both["in"], both.out
	end
	return facts
end

return region_shape
