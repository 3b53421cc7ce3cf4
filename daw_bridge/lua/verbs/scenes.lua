-- store_scene, recall_scene, clear_scene: Ardour's own mixer scenes, which keep every fader, knob and button.
-- Lua cannot read what a scene holds, but the state that Ardour writes tells. A scene is recalled here by setting the
-- controls: what Ardour calls recalling sets the transport's buttons as well, where their ids are also those of controls
-- in the scene (7.3 to 9.8), so that it may start to roll or to record.

local scenes = { operations = {}, inverses = {}, leaves_regions = true }

scenes.recall_key = "scene recall"

--- The kinds of inverses that put back what recalling a scene sets as well.
scenes.sets = {
	restore_control = true, restore_vca_control = true, restore_polarity = true, restore_parameter = true, restore_bypass = true,
}

local n_scenes = 8 -- as many as the mixer window shows

local function settle()
	ARDOUR.LuaAPI.wait_for_process_callback(2, 500) -- buttons take effect in the audio thread
end

-- What a control is known by, also when the session is loaded again: its id, or where Lua reads 0 for the ids of all
-- controls (9.8) that of its lane.
local function key_of(control)
	local id, lane = control:id():to_s(), control:alist()
	if id ~= "0" then
		return id
	end
	return not lane:isnil() and lane:to_stateful():id():to_s() or nil
end

-- Every control of the session with its key.
local function each_control()
	local list = {}
	for controllable in lists.each(PBD.Controllable.registered_controllables()) do
		local control = controllable:to_automationcontrol()
		local key = not control:isnil() and key_of(control)
		list[#list + 1] = key and { key = key, control = control } or nil
	end
	return list
end

local function are_known_by_lanes()
	return each_control()[1].control:id():to_s() == "0"
end

-- Whether a VCA acts on a control; then it is set even where it reads as it should, since the VCA may be set as well.
local function follows(control)
	local slavable = control:to_slavable()
	return not slavable:isnil() and slavable:slaved()
end

local function values_now()
	local values = {}
	for _, it in ipairs(each_control()) do
		values[it.key] = it.control:get_value()
	end
	return values
end

local function put_some(list, values)
	for _, it in ipairs(list) do
		local value = values[it.key]
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
			of_vcas[#of_vcas + 1] = { key = key_of(control), control = control }
		end
	end
	put_some(of_vcas, values)
	put_some(list, values)
	put_some(list, values) -- the width of a strip makes room for its pan, and the other way round
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

-- The lanes of a send are called otherwise than its controls.
local lane_names = { gain = "send", ["polarity-invert"] = "phase" }

-- The ids of lanes by those of their controls, in a state: both stand in the element of what they belong to, the lanes one
-- deeper, under the same name but for its end. False where a control has none.
local function lanes_by_control(text)
	local open, found = { { lanes = {}, names = {} } }, {}
	for closing, tag, attributes, is_empty in text:gmatch("<(/?)(%a[%w%-]*)([^>]-)(/?)>") do
		local here, above = open[#open], open[#open - 1]
		local id = attributes:match(' id="(%d+)"')
		if closing ~= "" then
			for control, name in pairs(here.names) do
				found[control] = here.lanes[name] or here.lanes[lane_names[name] or name] or false
			end
			open[#open] = nil
		elseif tag == "Controllable" then
			local parameter = attributes:match(' parameter="(%d+)"')
			here.names[id or ""] = parameter and "parameter-" .. parameter or (attributes:match(' name="([^"]*)"') or ""):gsub("control$", "")
		elseif tag == "AutomationList" then
			above.lanes[attributes:match(' automation%-id="([^"]*)"') or ""] = id
		end
		if closing == "" and is_empty == "" then
			open[#open + 1] = { lanes = {}, names = {} }
		end
	end
	return found
end

-- The values that a scene holds, by the keys of controls, from a state that is written for this and read again; and of how
-- many it is not known what they are for.
local function values_in(session, number)
	local text, values, n_unknown = pending.text(session), {}, 0
	local lanes = are_known_by_lanes() and lanes_by_control(text)
	for attributes, body in (text:match("<MixerScenes[^>]*>(.-)</MixerScenes>") or ""):gmatch("<MixerScene ([^>]*)>(.-)</MixerScene>") do
		if math.tointeger(attributes:match('index="(%d+)"')) == number - 1 then
			for id, value in body:gmatch('<ControlValue id="(%d+)" value="([^"]+)"') do
				local key = lanes and lanes[id] or not lanes and id
				if key then
					values[key] = tonumber(value)
				elseif lanes[id] == false then -- nil where a control belongs to no strip, or to one that is gone
					n_unknown = n_unknown + 1
				end
			end
		end
	end
	if not next(values) then
		faults.stop("failed", "Ardour's state tells nothing of the scene")
	end
	return values, n_unknown
end

-- What there is at a number, to be put back; null where it is empty.
local function likeness(session, number)
	if not is_stored(session, number) then
		return json.null
	end
	local values = values_in(session, number)
	return { name = scene_of(session, number):name(), values = values }
end

function scenes.operations.store_scene(context, operation)
	local session, number = context.session, operation.scene
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
	local wanted, missed = values_in(session, number)
	local before = values_now()
	local was, set = differing(before, wanted)
	for _, it in ipairs(each_control()) do
		if wanted[it.key] and follows(it.control) then
			was[it.key], set[it.key] = before[it.key], wanted[it.key]
		end
	end
	context.undo_with({ kind = "restore_controls", was = was, set = set, key = scenes.recall_key })
	put(session, set)
	local now = values_now()
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
		context.undo_with({ kind = "restore_controls", was = was, set = set, key = scenes.recall_key })
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
