-- set_parameter, load_preset, save_preset and overwrite_preset; and what can be read of plugins.

local plugin_settings = { operations = {}, inverses = {}, readings = {}, leaves_regions = true }

local most_parameters = 200

-- Presets as they were before they were overwritten, in plugins of ours that stand on no strip, by the step that did it.
local overwritten = {}

-- Set a parameter and wait until it reads so; returns what it then reads. Where its automation is written, no point is.
local function set(processor, parameter, value)
	local control = parameters.control(processor, parameter)
	local is_written = lanes.mode(control) == "write"
	if is_written then
		lanes.set_mode(control, "manual")
	end
	ARDOUR.LuaAPI.set_processor_param(processor, parameter.number, value)
	waiting.until_true(function () return nearness.is_same(parameters.value(processor, parameter), value) end)
	local now = parameters.value(processor, parameter)
	if is_written then
		lanes.set_mode(control, "write")
	end
	return now
end

-- Refuse to load a preset where automation is recorded: what it sets would be written there, a moment later.
local function refuse_recorded(processor)
	for i, control in ipairs(parameters.controls(processor)) do
		local mode = control and lanes.mode(control)
		if mode == "write" or mode == "touch" or mode == "latch" then
			faults.stop("invalid", string.format("the automation of %s is in the mode %s, so a preset would be recorded there; "
				.. "set its mode to manual or play first", parameters.of(processor)[i].name, mode))
		end
	end
end

function plugin_settings.operations.set_parameter(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local parameter = parameters.named(processor, operation.parameter)
	local value = parameters.meant(parameter, operation.value)
	if lanes.is_played(parameters.control(processor, parameter)) then
		faults.stop("invalid", string.format("%s of %s follows its automation; set its automation mode to manual first",
			parameter.name, processor:display_name()))
	end
	context.undo_with({
		kind = "restore_parameter", key = "parameter:" .. id .. ":" .. parameter.number, plugin = id,
		number = parameter.number, was = parameters.value(processor, parameter), set = value,
	})
	local now = set(processor, parameter, value)
	local function shown(number)
		return string.format("%s %g (%s)", parameter.name, number, parameters.shown(parameter, number))
	end
	if not nearness.is_same(now, value) then
		faults.stop("failed", "it reads " .. shown(now))
	end
	return { route_id = ids.of(route), target_id = id, asked = shown(value), read_back = shown(now) }
end

function plugin_settings.inverses.restore_parameter(context, inverse)
	local processor = processors.find(context.session, inverse.plugin)
	if not processor then
		return nil -- it went with its track
	end
	local parameter = parameters.named(processor, tostring(inverse.number))
	local now = parameters.value(processor, parameter)
	if not nearness.is_same(now, inverse.set) then
		return string.format("%s of %s was changed since, to %s; left as it is", parameter.name, processor:display_name(),
			parameters.shown(parameter, now))
	end
	return not nearness.is_same(set(processor, parameter, inverse.was), inverse.was) and parameter.name .. " follows its automation" or nil
end

-- A plugin that stands on no strip.
local function loose(context, inverse, preset)
	local known = plugin_list.by_id(inverse.uri, inverse.format)
	local processor = ARDOUR.LuaAPI.new_plugin(context.session, known.id, known.type, preset or "")
	return not processor:isnil() and processor or faults.stop("failed", "Ardour could not load the plugin " .. known.name)
end

-- What the parameters of a plugin will read when a preset is loaded; nil where that can be tried only by loading sounds.
local function parameters_after(context, processor, preset)
	local insert = processor:to_insert()
	if insert:is_instrument() then
		return nil
	end
	local kind = { uri = insert:plugin(0):unique_id(), format = plugin_list.format_name(insert:type()) }
	return parameters.text(loose(context, kind, preset), processor)
end

function plugin_settings.operations.load_preset(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local plugin = processor:to_insert():plugin(0)
	local preset = plugin_list.preset_named(processor, operation.preset)
	refuse_recorded(processor)
	context.undo_with({
		kind = "restore_preset", key = "preset:" .. id, plugin = id, was = plugin:last_preset().label,
		parameters = parameters.text(processor), set = parameters_after(context, processor, operation.preset),
	})
	if not plugins.load_preset(processor, preset) then
		faults.stop("failed", processor:display_name() .. " did not load the preset " .. operation.preset)
	end
	local now = plugin:last_preset().label
	if now ~= operation.preset then
		faults.stop("failed", "the preset reads " .. now)
	end
	return { route_id = ids.of(route), target_id = id, asked = operation.preset, read_back = now }
end

function plugin_settings.inverses.restore_preset(context, inverse)
	local processor = processors.find(context.session, inverse.plugin)
	if not processor then
		return nil -- it went with its track
	elseif inverse.set and parameters.text(processor) ~= inverse.set then
		return "the parameters of " .. processor:display_name() .. " were changed since; left as they are"
	end
	local plugin = processor:to_insert():plugin(0)
	local preset = inverse.was ~= "" and plugin_list.preset(plugin, inverse.was)
	if preset then
		plugins.load_preset(processor, preset)
	end
	return not parameters.set_text(processor, inverse.parameters) and "some parameters follow their automation" or nil
end

-- Save a plugin's settings under a label and look whether they are there.
local function save(processor, label)
	local plugin = processor:to_insert():plugin(0)
	local saved = plugin:save_preset(label)
	if not saved.valid or not plugin_list.preset(plugin, label) then
		faults.stop("failed", string.format("Ardour could not save the preset %s; is the disk full?", label))
	end
end

local function saved_outcome(route, id, label)
	return { route_id = ids.of(route), target_id = id, asked = label, read_back = label .. " is in the list" }
end

function plugin_settings.operations.save_preset(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local plugin = processor:to_insert():plugin(0)
	if plugin_list.preset(plugin, operation.preset) then
		faults.stop("invalid", string.format("%s has a preset %s already; choose another name, or overwrite it with overwrite_preset",
			processor:display_name(), operation.preset))
	end
	local alike = plugin_list.kept_in_same_file(plugin, operation.preset)
	if alike then
		faults.stop("invalid", string.format("Ardour would keep %s in the same file as the preset %s; choose another name",
			operation.preset, alike))
	end
	context.undo_with({
		kind = "remove_saved_preset", key = "saved_preset:" .. plugin:unique_id() .. ":" .. operation.preset,
		uri = plugin:unique_id(), format = plugin_list.format_name(processor:to_insert():type()), preset = operation.preset,
	})
	save(processor, operation.preset)
	return saved_outcome(route, id, operation.preset)
end

function plugin_settings.inverses.remove_saved_preset(context, inverse)
	local plugin = loose(context, inverse):to_insert():plugin(0)
	if not plugin_list.preset(plugin, inverse.preset) then
		return nil
	end
	plugin:remove_preset(inverse.preset)
	return plugin_list.preset(plugin, inverse.preset) and "Ardour did not remove the preset" or nil
end

function plugin_settings.operations.overwrite_preset(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local plugin = processor:to_insert():plugin(0)
	local preset = plugin_list.preset_named(processor, operation.preset)
	if not preset.user then
		faults.stop("invalid", operation.preset .. " came with the plugin and cannot be overwritten; save under another name")
	end
	local kind = { uri = plugin:unique_id(), format = plugin_list.format_name(processor:to_insert():type()) }
	local before, step = loose(context, kind, operation.preset), context.change_set .. "#" .. context.index
	overwritten[step] = before
	context.undo_with({
		kind = "restore_saved_preset", key = "saved_preset:" .. kind.uri .. ":" .. operation.preset, step = step,
		uri = kind.uri, format = kind.format, preset = operation.preset, parameters = parameters.text(before),
	})
	save(processor, operation.preset)
	return saved_outcome(route, id, operation.preset)
end

function plugin_settings.inverses.restore_saved_preset(context, inverse)
	local before = overwritten[inverse.step]
	if before then
		save(before, inverse.preset)
		return nil
	end
	local processor = loose(context, inverse)
	parameters.set_text(processor, inverse.parameters)
	save(processor, inverse.preset)
	return "the preset " .. inverse.preset .. " has its old parameters; whatever else was in it is not known any more"
end

--- `text`, `category`, `format`, `is_instrument`, `limit`: what is installed, best first.
function plugin_settings.readings.search_plugins(_, _, arguments)
	return plugin_list.search(arguments)
end

--- `plugin`: the presets of a plugin on a strip, by its id, or of an installed one, by its id or name.
function plugin_settings.readings.list_presets(session, _, arguments)
	local processor = processors.find(session, arguments.plugin)
	if not processor then
		local known = plugin_list.named(arguments.plugin)
		processor = loose({ session = session }, { uri = known.id, format = known.format })
	end
	return plugin_list.presets(processor:to_insert():plugin(0))
end

--- `plugin`, `first`: a plugin on a strip with its parameters, at most 200 at once, from the `first` on (from 0).
function plugin_settings.readings.plugin(session, _, arguments)
	local processor, route, id = processors.named({ session = session, refs = {} }, arguments.plugin)
	local insert, all, list = processor:to_insert(), parameters.of(processor), json.array()
	local first = math.tointeger(arguments.first or 0)
	for i = first + 1, math.min(#all, first + most_parameters) do
		list[#list + 1] = parameters.facts(processor, all[i])
		list[#list].mode = lanes.mode(parameters.control(processor, all[i]))
	end
	return {
		id = id, name = processor:display_name(), uri = insert:plugin(0):unique_id(),
		format = plugin_list.format_name(insert:type()), creator = insert:plugin(0):maker(),
		route_id = ids.of(route), route = route:name(), place = processors.place(route, id),
		fader_place = processors.fader_place(route), is_bypassed = not insert:enabled(),
		is_instrument = insert:is_instrument(), preset = insert:plugin(0):last_preset().label,
		n_parameters = #all, parameters = list,
	}
end

return plugin_settings
