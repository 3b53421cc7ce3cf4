-- The processors of a strip: plugins, sends and the fader, in signal order, found by their persistent ids.

local processors = {}

local most_on_a_strip = 256

--- What a strip shows in the mixer, in signal order: plugins, inserts, sends and the fader.
function processors.shown(route)
	local list = {}
	for i = 0, most_on_a_strip - 1 do
		local processor = route:nth_processor(i)
		if processor:isnil() then
			break
		end
		if processor:display_to_user() then
			list[#list + 1] = processor
		end
	end
	return list
end

function processors.is_plugin(processor)
	return not processor:to_insert():isnil()
end

--- The plugins of a strip in signal order.
function processors.plugins(route)
	local list = {}
	for _, processor in ipairs(processors.shown(route)) do
		if processors.is_plugin(processor) then
			list[#list + 1] = processor
		end
	end
	return list
end

--- Where something stands among what a strip shows, counted from 0; nil where it is not there.
function processors.place(route, id)
	for i, processor in ipairs(processors.shown(route)) do
		if ids.of(processor) == id then
			return i - 1
		end
	end
	return nil
end

--- The ids of what a strip shows, in signal order.
function processors.order(route)
	local list = json.array()
	for i, processor in ipairs(processors.shown(route)) do
		list[i] = ids.of(processor)
	end
	return list
end

function processors.is_same_order(one, other)
	return table.concat(one, " ") == table.concat(other, " ")
end

--- Put what a strip shows into an order of ids, and wait until the audio thread has done it, which would undo what is done
-- in between; returns whether it is so. What is left out goes.
function processors.reorder(route, wanted)
	if processors.is_same_order(processors.order(route), wanted) then
		return true
	end
	local by_id, list = {}, ARDOUR.ProcessorList()
	for _, processor in ipairs(processors.shown(route)) do
		by_id[ids.of(processor)] = processor
	end
	for _, id in ipairs(wanted) do
		list:push_back(by_id[id])
	end
	return route:reorder_processors(list, nil) == 0
		and waiting.until_true(function () return processors.is_same_order(processors.order(route), wanted) end)
end

--- Where the fader stands among what a strip shows, counted from 0.
function processors.fader_place(route)
	local fader = route:amp()
	return not fader:isnil() and processors.place(route, ids.of(fader)) or 0
end

--- Return the processor with this id, and the strip it is on; or nil.
function processors.find(session, id)
	local persistent = ids.parse(id)
	if not persistent or session:processor_by_id(persistent):isnil() then
		return nil
	end
	id = ids.known_as(id)
	for _, route in ipairs(strips.all(session)) do
		for _, processor in ipairs(processors.shown(route)) do
			if ids.of(processor) == id then
				return processor, route
			end
		end
	end
	return nil
end

--- Return the plugin that an operation names, its strip and its id: by ref, id, or a name that only one plugin bears.
function processors.named(context, name)
	local id = context.refs[name] or name
	local processor, route = processors.find(context.session, id)
	if processor and processors.is_plugin(processor) then
		return processor, route, ids.of(processor)
	end
	local things = {}
	for _, strip in ipairs(strips.all(context.session)) do
		for _, plugin in ipairs(processors.plugins(strip)) do
			local its_id = ids.of(plugin)
			things[#things + 1] = {
				id = its_id, name = plugin:display_name(), told = its_id .. " on " .. strip:name(), plugin = plugin, strip = strip,
			}
		end
	end
	local only = names.only("plugin", name, things)
	return only.plugin, only.strip, only.id
end

--- Bypass a plugin or let it work; returns whether it is as asked.
function processors.set_bypass(processor, is_bypassed)
	local insert = processor:to_insert()
	insert:enable(not is_bypassed)
	return waiting.until_true(function () return insert:enabled() ~= is_bypassed end)
end

--- What a snapshot holds of the plugins of a strip; `parameters` are rows of number and value.
function processors.facts(route)
	local list = json.array()
	for i, processor in ipairs(processors.plugins(route)) do
		local insert = processor:to_insert()
		list[i] = {
			id = ids.of(processor),
			name = processor:display_name(),
			uri = insert:plugin(0):unique_id(),
			is_bypassed = not insert:enabled(),
			parameters = parameters.text(processor),
		}
	end
	return list
end

return processors
