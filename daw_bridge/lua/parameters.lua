-- The parameters of plugins: what they are called, what they can be, how their values read, and what a text means.

local parameters = {}

-- What is known of the parameters of a kind of plugin; it does not change while Ardour runs.
local described = {}

local units = {
	hz = { base = "hz", factor = 1 }, khz = { base = "hz", factor = 1000 },
	s = { base = "s", factor = 1 }, sec = { base = "s", factor = 1 }, ms = { base = "s", factor = 0.001 },
	db = { base = "db", factor = 1 }, ["%"] = { base = "%", factor = 1 },
}

local switches = { on = 1, off = 0, yes = 1, no = 0, ["true"] = 1, ["false"] = 0, enabled = 1, disabled = 0 }

local function scale_points(descriptor)
	local points = {}
	for label, value in pairs(ARDOUR.LuaAPI.desc_scale_points(descriptor)) do
		points[#points + 1] = { label = label, value = value }
	end
	table.sort(points, function (one, other)
		return one.value < other.value or (one.value == other.value and one.label < other.label)
	end)
	return points
end

-- The unit, as far as Ardour tells Lua: from the format of the display, or in brackets behind the name.
local function unit_of(name, format)
	local rest = format:gsub("%%%%", "\0"):gsub("%%[%-+ #0-9%.]*%a", ""):gsub("%z", "%%")
	local unit = rest:match("^%s*(.-)%s*$")
	return unit ~= "" and unit or name:match("[%(%[]([^%)%]]+)[%)%]]%s*$") or ""
end

local function describe(plugin, number, id)
	local _, out = plugin:get_parameter_descriptor(id, ARDOUR.ParameterDescriptor())
	local descriptor = out[2]
	local name = plugin:parameter_label(id)
	return {
		number = number, id = id, name = name, low = descriptor.lower, high = descriptor.upper,
		normal = descriptor.normal, format = descriptor.print_fmt, unit = unit_of(name, descriptor.print_fmt),
		is_toggle = descriptor.toggled and not descriptor.enumeration, is_integer = descriptor.integer_step,
		is_enumeration = descriptor.enumeration, is_logarithmic = descriptor.logarithmic,
		points = scale_points(descriptor),
	}
end

--- What can be set on a plugin, as a list; `number` is Ardour's count of its controls.
function parameters.of(processor)
	local plugin = processor:to_insert():plugin(0)
	local kind = plugin:unique_id()
	if not described[kind] then
		local list = {}
		for number = 0, plugin:parameter_count() - 1 do
			local id, out = plugin:nth_parameter(number, false)
			if out[2] and plugin:parameter_is_control(id) and plugin:parameter_is_input(id) then
				list[#list + 1] = describe(plugin, number, id)
			end
		end
		described[kind] = list
	end
	return described[kind]
end

function parameters.value(processor, parameter)
	return (ARDOUR.LuaAPI.get_processor_param(processor, parameter.number, false))
end

--- The automation control of a parameter.
function parameters.control(processor, parameter)
	local which = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, parameter.id)
	return processor:to_automatable():automation_control(which, true)
end

--- The automation controls of all parameters of a plugin, in their order; false where there is none.
function parameters.controls(processor)
	local automatable, new_id = processor:to_automatable(), Evoral.Parameter
	local kind, controls = ARDOUR.AutomationType.PluginAutomation, {}
	for i, parameter in ipairs(parameters.of(processor)) do
		local control = automatable:automation_control(new_id(kind, 0, parameter.id), false)
		controls[i] = not control:isnil() and control
	end
	return controls
end

--- All values as rows of number and value. One that follows its automation is written "~": it moves by itself.
-- `like` tells which those are, where it is not the plugin itself.
function parameters.text(processor, like)
	local read, rows = ARDOUR.LuaAPI.get_processor_param, {}
	local controls, playing = parameters.controls(like or processor), ARDOUR.AutoState.Play
	for i, parameter in ipairs(parameters.of(processor)) do
		if controls[i] and controls[i]:automation_state() == playing then
			rows[i] = parameter.number .. " ~"
		else
			rows[i] = string.format("%d %.9g", parameter.number, (read(processor, parameter.number, false)))
		end
	end
	return table.concat(rows, ";")
end

--- Set the values that a text of rows holds; returns whether they all read so.
function parameters.set_text(processor, text)
	for number, value in text:gmatch("(%d+) ([^;~]+)") do
		ARDOUR.LuaAPI.set_processor_param(processor, math.tointeger(number), tonumber(value))
	end
	return waiting.until_true(function () return parameters.text(processor) == text end)
end

-- Stop because a plugin has no such parameter, naming the nearest that it has: who adds a plugin and sets it in one turn
-- could not look at it before.
local function stop_unknown(processor, name, things)
	faults.stop("not_found", processor:display_name() .. " has no parameter " .. name, {
		target = "parameter", name = name, nearest = names.nearest(name, things) or json.null, known = names.listed(name, things),
	})
end

--- Return a parameter by its name (capitals do not count) or number; stops with the nearest name.
function parameters.named(processor, name)
	local list, things, found = parameters.of(processor), {}, {}
	for i, parameter in ipairs(list) do
		things[i] = { id = tostring(parameter.number), name = parameter.name }
		if parameter.name == name or tostring(parameter.number) == name then
			return parameter
		elseif parameter.name:lower() == name:lower() then
			found[#found + 1] = parameter
		end
	end
	if #found == 1 then
		return found[1]
	end
	return stop_unknown(processor, name, things)
end

--- A value as Ardour shows it.
function parameters.shown(parameter, value)
	for _, point in ipairs(parameter.points) do
		if math.abs(point.value - value) < 1e-6 then
			return point.label
		end
	end
	if parameter.is_toggle then
		return value > 0 and "on" or "off"
	end
	local is_done, text = pcall(string.format, parameter.format, value)
	if parameter.format ~= "" and is_done then
		return (text:match("^%s*(.-)%s*$"))
	elseif parameter.is_integer then
		return string.format("%d", math.floor(value + 0.5))
	end
	local range = parameter.high - parameter.low
	return string.format(range >= 1000 and "%.1f" or range >= 100 and "%.2f" or "%.3f", value)
end

-- A number with a unit behind it, in the parameter's own unit. Where Ardour does not tell the unit, the number counts.
local function converted(parameter, number, unit)
	local given, own = units[unit:lower()], units[parameter.unit:lower()]
	if unit == "" or unit:lower() == parameter.unit:lower() then
		return number
	elseif given and own and given.base == own.base then
		return number * given.factor / own.factor
	elseif given and parameter.unit == "" and given.base == "%" then
		return parameter.high <= 1 and number / 100 or number
	elseif given and parameter.unit == "" and unit:lower() ~= "s" and unit:lower() ~= "sec" then
		return given.base == "hz" and number * given.factor or number
	end
	return faults.stop("invalid", string.format("%s is %s, got %g %s; give it as a number from %g to %g", parameter.name,
		parameter.unit ~= "" and "in " .. parameter.unit or "in a unit that Ardour does not tell", number, unit,
		parameter.low, parameter.high))
end

local function from_text(parameter, text)
	local trimmed = text:match("^%s*(.-)%s*$")
	local labels = {}
	for i, point in ipairs(parameter.points) do
		labels[i] = point.label
		if point.label:lower() == trimmed:lower() then
			return point.value
		end
	end
	if parameter.is_toggle and switches[trimmed:lower()] then
		return switches[trimmed:lower()]
	end
	local digits, unit = trimmed:gsub("%s*:%s*1$", ""):match("^([+-]?[%d%.]+)%s*(.-)$") -- a ratio of 4:1 is 4
	local number = digits and tonumber(digits)
	if number then
		return converted(parameter, number, unit)
	elseif #labels > 0 then
		return names.stop_unknown_text("setting of " .. parameter.name, trimmed, labels)
	end
	return faults.stop("invalid", string.format("%s cannot be read as a value of %s; give a number from %g to %g%s", trimmed,
		parameter.name, parameter.low, parameter.high, parameter.is_toggle and ", on or off" or ""))
end

-- Stop where a value is none that the parameter can have.
local function check(parameter, value)
	local slack = 1e-6 * math.max(1, math.abs(parameter.low), math.abs(parameter.high))
	if value < parameter.low - slack or value > parameter.high + slack then
		faults.stop("invalid", string.format("%s must be within %g and %g%s, got %g", parameter.name, parameter.low,
			parameter.high, parameter.unit ~= "" and " " .. parameter.unit or "", value))
	end
	if (parameter.is_integer or parameter.is_toggle) and value ~= math.floor(value) then
		faults.stop("invalid", string.format("%s takes whole numbers, got %g", parameter.name, value))
	end
	if parameter.is_enumeration then
		local known = {}
		for i, point in ipairs(parameter.points) do
			if math.abs(point.value - value) < 1e-6 then
				return
			end
			known[i] = string.format("%g (%s)", point.value, point.label)
		end
		faults.stop("invalid", string.format("%s has no setting %g, only %s", parameter.name, value, table.concat(known, ", ")))
	end
end

--- The number that a request means: a number in the parameter's own unit, a text as it is shown, or a setting's label.
function parameters.meant(parameter, asked)
	local value = type(asked) == "number" and asked or from_text(parameter, asked)
	check(parameter, value)
	return math.min(math.max(value, parameter.low), parameter.high)
end

--- What a reader must know of a parameter, its value included.
function parameters.facts(processor, parameter)
	local value = parameters.value(processor, parameter)
	local labels = json.array()
	for i = 1, math.min(#parameter.points, 32) do
		labels[i] = parameter.points[i].label
	end
	return {
		number = parameter.number, name = parameter.name, value = value, shown = parameters.shown(parameter, value),
		low = parameter.low, high = parameter.high, normal = parameter.normal, unit = parameter.unit,
		kind = parameter.is_enumeration and "enumeration" or parameter.is_toggle and "toggle"
			or parameter.is_integer and "integer" or parameter.is_logarithmic and "logarithmic" or "linear",
		labels = labels,
	}
end

return parameters
