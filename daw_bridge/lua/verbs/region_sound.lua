-- reverse_region, stretch_region and pitch_region: audio regions whose sound is made anew. Another region, with a file of
-- its own, takes the place of the old one, as when Ardour does it; later operations of the change set that name the old
-- one mean the new one.

local region_sound = { operations = {} }

local longest_seconds = 600 -- the editor stands still meanwhile, about a tenth of the region's length
local tail_seconds = 1 -- Ardour's stretcher loses up to a tenth of a second of what it was fed last
-- Without any noise it takes clean synthesised tones for a row of attacks, and their pitch wavers by 30 cents (measured).
local noise = 2e-6 -- -114 dBFS at its peaks

local n_made = 0

-- Bring the sound of a region in as a new region of the session that stands on no track.
local function bring_sound(context, audio, how)
	local rate = math.tointeger(context.session:nominal_sample_rate())
	n_made = n_made + 1
	local name = audio:name():gsub("[^%w %-]", "_"):sub(1, 60)
	local path = string.format("%s/%s %d-%d.wav", settings.folder, name, os.time(), n_made)
	sound_file.write(path, audio, rate, how)
	local is_done, found = pcall(file_import.bring_in, context, path)
	os.remove(path)
	if not is_done then
		error(found, 0)
	end
	if #found ~= 1 then
		faults.stop("failed", string.format("%d regions came of %s, expected one", #found, name))
	end
	return found[1]
end

-- Have Ardour's stretcher (Rubber Band, inside Ardour) make a new region. It takes its flag for percussive material the
-- wrong way round (lua_api.cc at 7.3, 8.12 and 9.8).
local function stretched(region, time_ratio, pitch_ratio, is_percussive)
	local stretcher = ARDOUR.LuaAPI.Rubberband(region:to_audioregion(), not is_percussive)
	if not stretcher:set_strech_and_pitch(time_ratio, pitch_ratio) then
		faults.stop("failed", string.format("Ardour cannot stretch by %g and %g", time_ratio, pitch_ratio))
	end
	local made = stretcher:process(function () return false end)
	if made:isnil() then
		faults.stop("failed", "Ardour's stretcher made nothing; is the disk full?")
	end
	return made
end

-- Give the region that takes a place what the old one had besides its sound.
local function dress(audio, old, curves, length)
	audio:set_name(old:name())
	audio:set_scale_amplitude(old:to_audioregion():scale_amplitude())
	audio:set_muted(old:muted())
	audio:set_opaque(old:opaque())
	for which, fade in pairs({ ["in"] = curves.fade_in, out = curves.fade_out }) do
		local fitting = { shape = fade.shape, is_active = fade.is_active }
		fitting.length_samples = math.min(fade.length_samples, length)
		fades.set(audio, which, fitting)
	end
end

-- Put a new region in the place of an old one, `length` samples long.
local function replace(context, old, made, length, envelope)
	local playlist, position, old_id = old:playlist(), old:position(), ids.of(old)
	local stacks = region_state.stacks(playlist)
	local curves = fades.curves(context, old)
	region_edits.remove(context, old)
	local new = region_edits.add(context, made, playlist, position)
	region_state.change_aside(context.session, new, function ()
		if new:length():samples() ~= length then
			new:trim_to(position, Temporal.timecnt_t.from_samples(length))
		end
		dress(new:to_audioregion(), old, curves, length)
		if envelope and curves.envelope then
			fades.set_envelope(new:to_audioregion(), envelope(curves.envelope))
		end
	end)
	new:set_position_locked(old:position_locked())
	local new_id = ids.of(new)
	for _, entry in ipairs(stacks) do
		entry.stack = (";" .. entry.stack):gsub(";" .. old_id .. " ", ";" .. new_id .. " "):sub(2)
	end
	region_state.restack(context.session, stacks)
	region_state.forget_changes(playlist)
	context.refs[old_id] = new_id
	if math.abs(new:length():samples() - length) > 1 or new:position():samples() ~= position:samples() then
		faults.stop("failed", "the new region reads " .. region_state.span(new))
	end
	local _, route_id = region_state.track_of(context.session, playlist)
	return { target_id = new_id, route_id = route_id, read_back = new:name() .. " " .. region_state.span(new) }
end

--- Refuse a region whose sound would take too long to make anew.
function region_sound.refuse_long(session, region, instead)
	local seconds = region:length():samples() / session:nominal_sample_rate()
	if seconds > longest_seconds then
		faults.stop("invalid", string.format("%s is %.0f s long, at most %d s can be done at once; %s", region:name(), seconds,
			longest_seconds, instead))
	end
end

local function named(context, operation, instead)
	faults.require_editor(context, operation.verb)
	local region = region_state.named_audio(context, operation, instead)
	region_sound.refuse_long(context.session, region, "split it first")
	return region
end

-- Move the points of an envelope in time.
local function with_times(text, change)
	local points = {}
	for samples, value in text:gmatch("(%-?%d+) (%S+)") do
		points[#points + 1] = { math.floor(change(math.tointeger(samples)) + 0.5), value }
	end
	table.sort(points, function (one, other) return one[1] < other[1] end)
	for i, point in ipairs(points) do
		points[i] = string.format("%d %s", point[1], point[2])
	end
	return table.concat(points, ";")
end

function region_sound.operations.reverse_region(context, operation)
	local region = named(context, operation, "rewrite its notes instead")
	local length = region:length():samples()
	local made = bring_sound(context, region, { is_reversed = true })
	local outcome = replace(context, region, made, length, function (text)
		return with_times(text, function (samples) return length - samples end)
	end)
	outcome.asked = region:name() .. " backwards"
	return outcome
end

--- Make a region longer or shorter and higher or lower, and put it in the old one's place.
function region_sound.stretch(context, region, length, pitch_ratio, is_percussive)
	local ratio = length / region:length():samples()
	local tail_frames = math.floor(tail_seconds * context.session:nominal_sample_rate())
	local source = bring_sound(context, region:to_audioregion(), { tail_frames = tail_frames, noise = noise })
	local made = stretched(source, ratio, pitch_ratio, is_percussive)
	if made:length():samples() < length then
		faults.stop("failed", string.format("Ardour's stretcher made %d samples of %d", made:length():samples(), length))
	end
	return replace(context, region, made, length, function (text)
		return with_times(text, function (samples) return samples * ratio end)
	end)
end

-- How long the region is to be, in samples.
local function wanted_length(context, operation, region)
	if operation["end"] ~= json.null then
		return timeline.samples_at(timeline.ticks_at(operation["end"])) - region_state.start_samples(region)
	end
	local ratio = operation.ratio
	if operation.from_tempo_bpm ~= json.null then
		ratio = operation.from_tempo_bpm / timeline.tempo_at(timeline.ticks_at_sample(region_state.start_samples(region))).tempo_bpm
	end
	return math.floor(region:length():samples() * ratio + 0.5)
end

function region_sound.operations.stretch_region(context, operation)
	local region = named(context, operation, "its notes follow the tempo by themselves")
	local length, now = wanted_length(context, operation, region), region:length():samples()
	if length < now / 8 or length > now * 8 then
		faults.stop("invalid", string.format("%s can be made an eighth to eight times as long, got %g times", region:name(),
			length / now))
	end
	local outcome = region_sound.stretch(context, region, length, 1, operation.material == "percussive")
	outcome.asked = string.format("%s %.4f times as long, %d samples", region:name(), length / now, length)
	outcome.read_back = string.format("%s, %d samples", outcome.read_back,
		region_state.placed(context.session, outcome.target_id):length():samples())
	return outcome
end

function region_sound.operations.pitch_region(context, operation)
	local region = named(context, operation, "use transpose_notes instead")
	local outcome = region_sound.stretch(context, region, region:length():samples(), 2 ^ (operation.semitones / 12),
		operation.material == "percussive")
	outcome.asked = string.format("%s by %+g semitones", region:name(), operation.semitones)
	return outcome
end

region_sound.requires = {}
for _, verb in ipairs({ "stretch_region", "pitch_region" }) do
	region_sound.requires[verb] = {
		probe = function () return ARDOUR.LuaAPI.Rubberband ~= nil end, since = "6.0",
		reason = "this Ardour's Lua has no stretcher",
	}
end

return region_sound
