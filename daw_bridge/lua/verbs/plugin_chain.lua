-- add_plugin, remove_plugin, move_plugin and bypass_plugin: what stands in a strip, and in which order.

local plugin_chain = {
	operations = {}, inverses = {}, finders = { plugin = processors.named }, leaves_regions = true,
}

-- Plugins that were taken out, the latest last, so that taking that back brings back the very same ones with all that
-- is in them. Ardour ends the scripts before it closes a session, and these with them.
local taken_out, most_taken_out = {}, 32

local function keep(id, processor)
	for i, one in ipairs(taken_out) do
		if one.id == id or #taken_out == most_taken_out then
			plugins.settle(table.remove(taken_out, i).processor)
			break
		end
	end
	taken_out[#taken_out + 1] = { id = id, processor = processor }
end

local function kept(id)
	for i, one in ipairs(taken_out) do
		if one.id == id then
			table.remove(taken_out, i)
			return one.processor
		end
	end
	return nil
end

-- Take a plugin off its strip. `Route:remove_processor` would have the editor forget the plugin's windows, and Ardour 7.3
-- ends with a segmentation fault when such a plugin comes back; what is left out of a new order is gone as well.
local function take_out(route, processor, id)
	local left = json.array()
	for _, one in ipairs(processors.order(route)) do
		left[#left + 1] = one ~= id and one or nil
	end
	keep(id, processor)
	local last = table.remove(left)
	if processors.place(route, id) > #left then -- Ardour keeps what stands behind the last of a new order
		left[#left + 1], left[#left + 2] = id, last
		processors.reorder(route, left)
		table.remove(left, #left - 1)
	else
		left[#left + 1] = last
	end
	if not processors.reorder(route, left) then
		faults.stop("failed", "Ardour did not take " .. processor:display_name() .. " off " .. route:name())
	end
end

-- Where a plugin is to stand among what the strip shows, counted from 0.
local function wanted_place(route, operation, n_others)
	local index = operation.index
	if index ~= nil and index ~= json.null then
		if index > n_others then
			faults.stop("invalid", string.format("index must be within 0 and %d on %s, got %d", n_others, route:name(), index))
		end
		return math.tointeger(index)
	end
	return operation.position == "post_fader" and n_others or processors.fader_place(route)
end

local function place_text(route, id)
	local place, fader = processors.place(route, id), processors.fader_place(route)
	return string.format("place %d of %s, %s the fader", place, route:name(), place < fader and "before" or "after")
end

-- A plugin that stands on no strip yet.
local function made(context, known)
	local processor = ARDOUR.LuaAPI.new_plugin(context.session, known.id, known.type, "")
	return not processor:isnil() and processor or faults.stop("failed", "Ardour could not load the plugin " .. known.name)
end

local function put(session, route, processor, place)
	routing.await_freed(session, route)
	if route:add_processor_by_index(processor, place, nil, true) ~= 0 then
		faults.stop("failed", string.format("Ardour could not put %s on %s; it may not fit the strip's channels",
			processor:display_name(), route:name()))
	end
end

function plugin_chain.operations.add_plugin(context, operation)
	local route, route_id = strips.named(context, operation.route)
	local known = plugin_list.named(operation.plugin)
	local place = wanted_place(route, operation, #processors.shown(route))
	local processor = made(context, known)
	local preset = operation.preset ~= json.null and plugin_list.preset_named(processor, operation.preset)
	put(context.session, route, processor, place)
	local id = ids.of(processor)
	context.undo_with({ kind = "remove_added_plugin", key = "plugin:" .. id, plugin = id, name = known.name })
	context.refs[operation.ref] = id
	if preset and not plugins.load_preset(processor, preset) then
		faults.stop("failed", known.name .. " did not load the preset " .. operation.preset)
	end
	if operation.is_bypassed and not processors.set_bypass(processor, true) then
		faults.stop("failed", known.name .. " cannot be bypassed")
	end
	local now = processors.place(route, id)
	if now ~= place then
		faults.stop("failed", string.format("%s stands at place %s, not %d", known.name, tostring(now), place))
	end
	return {
		route_id = route_id, target_id = id,
		asked = string.format("%s at place %d", known.name, place),
		read_back = processor:display_name() .. " at " .. place_text(route, id),
	}
end

function plugin_chain.inverses.remove_added_plugin(context, inverse)
	local processor, route = processors.find(context.session, inverse.plugin)
	if not processor then
		return nil -- it went with its track, or by hand
	elseif processor:to_insert():has_sidechain() then
		return inverse.name .. " was kept: it has got a sidechain since"
	end
	take_out(route, processor, ids.of(processor))
	return nil
end

function plugin_chain.operations.remove_plugin(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local name = processor:display_name()
	if processor:to_insert():has_sidechain() then
		faults.stop("invalid", name .. " listens to a sidechain; remove that first, with remove_sidechain")
	end
	local inverse = plugin_record.of(processor, route, id)
	inverse.outlet = strip_settings.outlet(context.session, route) -- without its instrument a track has no audio outputs
	context.undo_with(inverse)
	take_out(route, processor, id)
	return { route_id = ids.of(route), target_id = id, asked = "no " .. name, read_back = name .. " is gone from " .. route:name() }
end

function plugin_chain.inverses.restore_plugin(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return "its track is gone"
	elseif processors.find(context.session, inverse.plugin) then
		return nil -- Ardour loaded the session from a file in which it is still there
	end
	routing.await_freed(context.session, route)
	local n_outputs = route:n_outputs():n_audio()
	local place = math.min(inverse.place, #processors.shown(route))
	local processor = kept(inverse.plugin)
	local is_new = not processor
	if processor then
		if route:add_processor_by_index(processor, place, nil, false) ~= 0 then
			return inverse.name .. " does not fit " .. route:name() .. " any more"
		end
	else
		local note
		processor, note = plugin_record.make(context.session, route, inverse, place)
		if not processor then
			return note
		end
	end
	local note = plugin_record.apply(processor, inverse, is_new)
	if inverse.outlet and inverse.outlet.n_outputs > n_outputs then
		local missing = strip_settings.restore_outlet(context.session, route, inverse.outlet, n_outputs)
		note = note or #missing > 0 and "not connected again: " .. table.concat(missing, ", ") or nil
	end
	return note
end

function plugin_chain.operations.move_plugin(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local was, wanted = processors.order(route), json.array()
	for _, one in ipairs(was) do
		wanted[#wanted + 1] = one ~= id and one or nil
	end
	local place = operation.index
	if place == nil or place == json.null then
		local fader, here = processors.fader_place(route), processors.place(route, id)
		place = operation.position == "post_fader" and #wanted or here < fader and fader - 1 or fader
	elseif place > #wanted then
		faults.stop("invalid", string.format("index must be within 0 and %d on %s, got %d", #wanted, route:name(), place))
	end
	table.insert(wanted, math.tointeger(place) + 1, id)
	context.undo_with({
		kind = "restore_order", key = "plugin_order:" .. ids.of(route), route = ids.of(route), was = was, set = wanted,
	})
	if not processors.reorder(route, wanted) then
		faults.stop("failed", "Ardour left " .. processor:display_name() .. " at " .. place_text(route, id))
	end
	return {
		route_id = ids.of(route), target_id = id,
		asked = string.format("place %d", place), read_back = place_text(route, id),
	}
end

function plugin_chain.inverses.restore_order(context, inverse)
	local route = strips.find(context.session, inverse.route)
	if not route then
		return nil -- it went with its track
	end
	if not processors.is_same_order(processors.order(route), inverse.set) then
		return "the order of plugins on " .. route:name() .. " was changed since; left as it is"
	end
	return not processors.reorder(route, inverse.was) and "Ardour did not take the old order back" or nil
end

function plugin_chain.operations.bypass_plugin(context, operation)
	local processor, route, id = processors.named(context, operation.plugin)
	local was = not processor:to_insert():enabled()
	context.undo_with({
		kind = "restore_bypass", key = "bypass:" .. id, plugin = id, was = was, set = operation.is_bypassed,
	})
	if not processors.set_bypass(processor, operation.is_bypassed) then
		faults.stop("failed", processor:display_name() .. " did not take it; its bypass may be automated")
	end
	local function shown(is_bypassed)
		return is_bypassed and "bypassed" or "working"
	end
	return {
		route_id = ids.of(route), target_id = id,
		asked = shown(operation.is_bypassed), read_back = shown(not processor:to_insert():enabled()),
	}
end

function plugin_chain.inverses.restore_bypass(context, inverse)
	local processor = processors.find(context.session, inverse.plugin)
	if not processor then
		return nil -- it went with its track
	elseif processor:to_insert():enabled() == inverse.set then
		return processor:display_name() .. " was bypassed or engaged since; left as it is"
	end
	return not processors.set_bypass(processor, inverse.was) and "its bypass is automated now" or nil
end

return plugin_chain
