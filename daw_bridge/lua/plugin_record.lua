-- A plugin as a record from which it can be made again: where it stands, its settings and its automation.

local plugin_record = {}

local function lanes_of(processor)
	local found = json.array()
	local controls = parameters.controls(processor)
	for i, parameter in ipairs(parameters.of(processor)) do
		local lane = controls[i] and lanes.record(controls[i])
		if lane then
			lane.number = parameter.number
			found[#found + 1] = lane
		end
	end
	return found
end

--- What takes a plugin's removal back.
function plugin_record.of(processor, route, id)
	local insert = processor:to_insert()
	local plugin = insert:plugin(0)
	return {
		kind = "restore_plugin", key = "plugin:" .. id, plugin = id, route = ids.of(route),
		place = processors.place(route, id), name = processor:display_name(), uri = plugin:unique_id(),
		format = plugin_list.format_name(insert:type()), is_instrument = insert:is_instrument(),
		is_bypassed = not insert:enabled(), preset = plugin:last_preset().label,
		parameters = parameters.text(processor), lanes = lanes_of(processor),
	}
end

local function apply_lane(processor, lane)
	for _, parameter in ipairs(parameters.of(processor)) do
		if parameter.number == lane.number then
			return lanes.restore(parameters.control(processor, parameter), lane)
		end
	end
	return false
end

local function has_lane(processor, lane)
	for _, now in ipairs(lanes_of(processor)) do
		if now.number == lane.number then
			return now.points == lane.points and now.mode == lane.mode
		end
	end
	return false
end

--- Make a plugin anew as a record says, at a place of a strip, under the id that it had where the record tells that.
-- Returns it, or nil and why not.
function plugin_record.make(session, route, record, place)
	local is_known, known = faults.guard(plugin_list.by_id, record.uri, record.format)
	if not is_known then
		return nil, faults.sentence(known)
	end
	local processor = ARDOUR.LuaAPI.new_plugin(session, known.id, known.type, "")
	if processor:isnil() then
		return nil, "Ardour could not load the plugin " .. record.name
	elseif route:add_processor_by_index(processor, place, nil, true) ~= 0 then
		return nil, record.name .. " does not fit " .. route:name() .. " any more"
	end
	if record.plugin then
		ids.succeed(session, record.plugin, processor)
	end
	return processor
end

--- Give a plugin that is back on its strip what the record holds; returns nil, or what could not be brought back.
-- `is_new` is one that was made anew, since the plugin itself is not in memory any more.
function plugin_record.apply(processor, record, is_new)
	local preset = is_new and plugin_list.preset(processor:to_insert():plugin(0), record.preset)
	if preset then
		plugins.load_preset(processor, preset)
	end
	for _, lane in ipairs(record.lanes) do
		if not has_lane(processor, lane) and not apply_lane(processor, lane) then
			return "the automation of " .. record.name .. " could not be brought back"
		end
	end
	if parameters.text(processor) ~= record.parameters and not parameters.set_text(processor, record.parameters) then
		return "some parameters of " .. record.name .. " could not be set again"
	end
	if processor:to_insert():enabled() == record.is_bypassed and not processors.set_bypass(processor, record.is_bypassed) then
		return record.name .. " could not be bypassed again"
	end
	if is_new and record.is_instrument and record.preset == "" then
		return record.name .. " was made anew with its parameters; sounds that were loaded into it must be loaded again"
	end
	return nil
end

return plugin_record
