-- store_scene, recall_scene, clear_scene: Ardour's own mixer scenes, which keep every fader, knob and button.
-- Lua cannot read what a scene holds, but the state that Ardour writes tells.

local scenes = { operations = {}, inverses = {}, requires = {}, leaves_regions = true }

local n_scenes = 8 -- as many as the mixer window shows

local function settle()
	ARDOUR.LuaAPI.wait_for_process_callback(2, 500) -- buttons take effect in the audio thread
end

-- Every control of the session with its id.
local function each_control()
	local list = {}
	for controllable in lists.each(PBD.Controllable.registered_controllables()) do
		local control = controllable:to_automationcontrol()
		list[#list + 1] = not control:isnil() and { id = controllable:id():to_s(), control = control } or nil
	end
	return list
end

local function values_now()
	local values = {}
	for _, it in ipairs(each_control()) do
		values[it.id] = it.control:get_value()
	end
	return values
end

local function put_some(list, values)
	for _, it in ipairs(list) do
		local value = values[it.id]
		if value and not nearness.is_same(value, it.control:get_value()) then
			it.control:set_value(value, PBD.GroupControlDisposition.NoGroup)
		end
	end
	settle()
end

-- Set all controls to given values, those of VCAs first: what a strip reads has its VCAs in it.
local function put(session, values)
	local of_vcas, list = {}, each_control()
	for vca in lists.each(session:vca_manager():vcas()) do
		for _, control in ipairs({ vca:gain_control(), vca:mute_control(), vca:solo_control() }) do
			of_vcas[#of_vcas + 1] = { id = control:id():to_s(), control = control }
		end
	end
	put_some(of_vcas, values)
	put_some(list, values)
	put_some(list, values) -- the width of a strip makes room for its pan, and the other way round
end

-- The values that a scene holds, from a state that is written for this and read again.
local function values_in(session, number)
	local text, values = pending.text(session), {}
	for attributes, body in (text:match("<MixerScenes[^>]*>(.-)</MixerScenes>") or ""):gmatch("<MixerScene ([^>]*)>(.-)</MixerScene>") do
		if math.tointeger(attributes:match('index="(%d+)"')) == number - 1 then
			for id, value in body:gmatch('<ControlValue id="(%d+)" value="([^"]+)"') do
				values[id] = tonumber(value)
			end
		end
	end
	return next(values) and values or faults.stop("failed", "Ardour's state tells nothing of the scene")
end

local function scene_of(session, number)
	return session:nth_mixer_scene(number - 1, false)
end

local function is_stored(session, number)
	return session:nth_mixer_scene_valid(number - 1)
end

local function need(session, number)
	if not is_stored(session, number) then
		faults.stop("invalid", string.format("mixer scene %d is empty; store one there first", number))
	end
end

local function write(session, number, name)
	session:store_nth_mixer_scene(number - 1)
	scene_of(session, number):set_name(name)
end

-- Whether Lua can tell the ids of controls, by which a scene holds their values; at 9.8 all of them read 0.
local function tells_ids(session)
	return strips.all(session)[1]:gain_control():id():to_s() ~= "0"
end

local no_ids = "this Ardour tells scripts no ids of controls, so what a mixer scene changes could not be taken back"

for _, verb in ipairs({ "recall_scene", "clear_scene" }) do
	scenes.requires[verb] = { probe = tells_ids, reason = no_ids .. "; Ardour 7.3 and 8.12 can do it, or do it by hand" }
end

-- What there is at a number, to be put back; null where it is empty.
local function likeness(session, number)
	if not is_stored(session, number) then
		return json.null
	end
	return { name = scene_of(session, number):name(), values = values_in(session, number) }
end

function scenes.operations.store_scene(context, operation)
	local session, number = context.session, operation.scene
	if is_stored(session, number) and not tells_ids(session) then
		faults.stop("invalid", no_ids .. "; store it as one that is empty")
	end
	context.undo_with({
		kind = "restore_scene", scene = number, was = likeness(session, number), set = operation.name, key = "scene:" .. number,
	})
	write(session, number, operation.name)
	local scene = scene_of(session, number)
	if not is_stored(session, number) or scene:name() ~= operation.name then
		faults.stop("failed", "Ardour stored no scene")
	end
	return { asked = string.format("scene %d: %s", number, operation.name), read_back = string.format("scene %d: %s", number, scene:name()) }
end

-- Of the values that differ: what they were and what they are.
local function differing(before, after)
	local was, set = {}, {}
	for id, value in pairs(before) do
		if after[id] and not nearness.is_same(value, after[id]) then
			was[id], set[id] = value, after[id]
		end
	end
	return was, set
end

function scenes.operations.recall_scene(context, operation)
	local session, number = context.session, operation.scene
	need(session, number)
	local wanted, before = values_in(session, number), values_now()
	local was, set = differing(before, wanted)
	context.undo_with({ kind = "restore_controls", was = was, set = set, key = "scene recall" })
	session:apply_nth_mixer_scene(number - 1)
	settle()
	if next((differing(wanted, values_now()))) then
		put(session, wanted) -- Ardour may set a strip while its VCA still moves it
	end
	local now = values_now()
	local missed = 0
	for _ in pairs((differing(wanted, now))) do
		missed = missed + 1
	end
	local outcome = {
		asked = "scene " .. scene_of(session, number):name(), read_back = "as stored",
	}
	if missed > 0 then
		outcome.status = "unverified"
		outcome.reason = missed .. " control(s) read otherwise than the scene says: automation moves them"
		was, set = differing(before, now)
		context.undo_with({ kind = "restore_controls", was = was, set = set, key = "scene recall" })
	end
	return outcome
end

function scenes.operations.clear_scene(context, operation)
	local session, number = context.session, operation.scene
	need(session, number)
	context.undo_with({
		kind = "restore_scene", scene = number, was = likeness(session, number), set = json.null, key = "scene:" .. number,
	})
	scene_of(session, number):clear()
	if is_stored(session, number) then
		faults.stop("failed", "the scene is still there")
	end
	return { asked = "scene " .. number .. " cleared", read_back = "empty" }
end

function scenes.inverses.restore_scene(context, inverse)
	local session, number, was = context.session, inverse.scene, inverse.was
	local name = is_stored(session, number) and scene_of(session, number):name() or json.null
	if name ~= inverse.set then
		return "mixer scene " .. number .. " was stored anew since; left as it is"
	end
	if was == json.null then
		scene_of(session, number):clear()
		return nil
	end
	local before = values_now() -- a scene can only be stored from the controls themselves
	put(session, was.values)
	write(session, number, was.name)
	put(session, before)
	return nil
end

function scenes.inverses.restore_controls(context, inverse)
	local now, values, left = values_now(), {}, 0
	for id, value in pairs(inverse.was) do
		if not now[id] or nearness.is_same(now[id], inverse.set[id]) then
			values[id] = value
		elseif not nearness.is_same(now[id], value) then
			left = left + 1
		end
	end
	put(context.session, values)
	return left > 0 and left .. " control(s) were changed since; left as they are" or nil
end

function scenes.session_facts(session, _, facts)
	facts.scenes = json.array()
	for number = 1, n_scenes do
		if is_stored(session, number) then
			facts.scenes[#facts.scenes + 1] = { number = number, name = scene_of(session, number):name() }
		end
	end
end

return scenes
