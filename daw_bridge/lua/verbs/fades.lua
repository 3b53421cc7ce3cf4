-- Fades and gain envelopes of audio regions. Before Ardour 9 Lua can set a fade, but not read it, so it is read in what
-- Ardour would save.

local fades = {}

--- What Ardour leaves of a fade that is taken away.
fades.shortest_samples = 64

-- By shape: how many points the curve has, and its third one, for fade in and fade out (audioregion.cc at 7.3 to 9.8).
local curves = {
	linear = { constant = "FadeLinear", n_points = 2 },
	fast = { constant = "FadeFast", n_points = 32, third_in = 0.001911, third_out = 0.649382 },
	slow = { constant = "FadeSlow", n_points = 32, third_in = 0.000514, third_out = 0.958176 },
	constant_power = { constant = "FadeConstantPower", n_points = 33, third_in = 0.095056, third_out = 0.995472 },
	symmetric = { constant = "FadeSymmetric", n_points = 10, third_in = 0.002344, third_out = 0.075 },
}

-- The shape of a fade that nobody has set.
local function default_shape()
	local constant = ARDOUR.config():get_default_fade_shape()
	for name, curve in pairs(curves) do
		if ARDOUR.FadeShape[curve.constant] == constant then
			return name
		end
	end
	return json.null
end

local function shape_of(values, which)
	for name, curve in pairs(curves) do
		local third = curve["third_" .. which]
		if #values == curve.n_points and (not third or math.abs(values[3] - third) < 1e-5) then
			return name
		end
	end
	return json.null -- drawn by an older Ardour or another program
end

-- How many of its own clock ticks Ardour counts to a sample: the text has the region's length in ticks.
local function ticks_per_sample(text, region)
	local ticks = text:match(' length="a(%d+)@')
	local samples = region:length():samples()
	if not ticks or samples == 0 then
		faults.stop("failed", region:name() .. " has no length in samples, so its fades cannot be read")
	end
	return tonumber(ticks) / samples
end

local function fade_of(text, which, region)
	local element = which == "in" and "FadeIn" or "FadeOut"
	local is_active = which == "in" and region:fade_in_active() or which == "out" and region:fade_out_active()
	local events = text:match("<" .. element .. ">.-<events>(.-)</events>.-</" .. element .. ">")
	if not events or text:find("<" .. element .. ' default="yes"', 1, true) then
		return { length_samples = fades.shortest_samples, shape = default_shape(), is_active = is_active }
	end
	local values, last = {}, 0
	for when, value in events:gmatch("a(%-?%d+) (%S+)") do
		values[#values + 1], last = tonumber(value), math.tointeger(when)
	end
	return {
		length_samples = math.floor(last / ticks_per_sample(text, region) + 0.5),
		shape = shape_of(values, which), is_active = is_active,
	}
end

-- The element of a region, which names its id after its times; nil where it is not there.
local function element_of(text, region)
	local inside = text:find(' id="' .. ids.own(region) .. '" type="audio"', 1, true)
	local to = inside and text:find("</Region>", inside, true)
	if not to then
		return nil
	end
	local from = inside
	while text:sub(from, from) ~= "<" do
		from = from - 1
	end
	return text:sub(from, to)
end

-- Ardour's state as it was written last, for the steps of one change set that follow each other at once: writing it
-- takes 3 ms in a small session, but much longer where there are thousands of regions.
local latest = { until_us = 0, changed = {} }
local good_for_us = 5000000

local function cached_text(context, purpose)
	local now_us = ARDOUR.LuaAPI.monotonic_time()
	local key = tostring(context.change_set) .. purpose
	if latest.key ~= key or now_us > latest.until_us then
		latest = { key = key, text = pending.text(context.session), until_us = now_us + good_for_us, changed = {} }
	end
	return latest.text
end

--- Forget the state that was written last.
function fades.forget()
	latest.until_us = 0
end

--- Read fade in and fade out of an audio region that is placed, as { in, out }, each with length_samples, shape and
-- is_active; `purpose` keeps apart what must not be told from what was read for something else.
function fades.of(context, region, purpose)
	local own = not latest.changed[ids.own(region)] and element_of(cached_text(context, purpose), region)
	if not own then
		fades.forget()
		own = element_of(cached_text(context, purpose), region)
			or faults.stop("failed", "Ardour's saved state does not hold region " .. ids.own(region))
	end
	local audio = region:to_audioregion()
	return { ["in"] = fade_of(own, "in", audio), out = fade_of(own, "out", audio) }
end

--- Set one fade of a region that is off its playlist; a shape of nil or null stays as it is.
function fades.set(region, which, fade)
	local audio = region:to_audioregion()
	latest.changed[ids.own(region)] = true
	local prefix = which == "in" and "set_fade_in_" or "set_fade_out_"
	if fade.shape and fade.shape ~= json.null then
		audio[prefix .. "shape"](audio, ARDOUR.FadeShape[curves[fade.shape].constant])
	end
	audio[prefix .. "length"](audio, math.max(fade.length_samples, fades.shortest_samples))
	audio[prefix .. "active"](audio, fade.is_active)
end

--- Set fades of a placed region, by side, off its playlist: on it, Ardour's reading thread may find a fade that is just
-- being drawn anew, and crash (AudioRegion::body_range takes the last point of an empty list, 7.3).
function fades.set_aside(session, region, by_side)
	region_state.change_aside(session, region, function ()
		for which, fade in pairs(by_side) do
			fades.set(region, which, fade)
		end
	end)
	region:to_stateful():clear_changes()
end

function fades.is_same(one, other)
	return math.abs(one.length_samples - other.length_samples) <= 1 and one.is_active == other.is_active
		and one.shape == other.shape
end

--- The gain envelope of an audio region as "sample gain;sample gain"; nil where it is off or changes nothing.
function fades.envelope(audio)
	if not audio:envelope_active() then
		return nil
	end
	local points, is_flat = {}, true
	for event in lists.each(audio:envelope():list():events()) do
		is_flat = is_flat and event.value == 1
		points[#points + 1] = string.format("%d %.9g", event.when:samples(), event.value)
	end
	return not is_flat and table.concat(points, ";") or nil
end

--- Set an envelope as it was read.
function fades.set_envelope(audio, text)
	local list = audio:envelope():list()
	list:clear_list()
	for samples, value in text:gmatch("(%-?%d+) (%S+)") do
		list:add(Temporal.timepos_t(math.tointeger(samples)), tonumber(value), false, false)
	end
	audio:set_envelope_active(true)
end

-- By id, the change set that made a region.
local makers = {}

--- Note that a change set made a region: if it is ever taken back, the region goes, whatever its curves are by then.
function fades.note_maker(context, region)
	makers[ids.own(region)] = context.change_set
end

--- All curves of an audio region as plain data.
function fades.curves(context, region)
	local both = fades.of(context, region, "")
	return { fade_in = both["in"], fade_out = both.out, envelope = fades.envelope(region:to_audioregion()) }
end

--- What of a region's curves must be kept to put it back later; nil for MIDI, and for what this change set made.
function fades.to_keep(context, region)
	if not region_state.is_audio(region) or makers[ids.own(region)] == context.change_set then
		return nil
	end
	return fades.curves(context, region)
end

local function is_untouched(fade)
	return fade.length_samples == fades.shortest_samples and fade.shape == default_shape() and fade.is_active
end

--- Put the curves of a region back as they were read. A fade that nobody ever set is left alone: what trims and splits
-- make of it is the same again.
function fades.restore(region, was)
	for which, fade in pairs({ ["in"] = was.fade_in, out = was.fade_out }) do
		if not is_untouched(fade) then
			fades.set(region, which, fade)
		end
	end
	if was.envelope then
		fades.set_envelope(region:to_audioregion(), was.envelope)
	end
end

-- Regions that were taken off their tracks while this editor runs: they still have their curves.
local kept = {}

function fades.keep(region)
	kept[ids.own(region)] = true
end

--- Put the curves of a returned region back, if Ardour was restarted since it was removed and so has lost them.
function fades.restore_lost(region, was)
	if was and not kept[ids.own(region)] then
		fades.restore(region, was)
	end
end

return fades
