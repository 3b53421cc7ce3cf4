-- The plugins that are installed, and their presets.

local plugin_list = {}

local format_names = { "LV2", "VST3", "LXVST", "AudioUnit", "Windows_VST", "MacVST", "LADSPA", "Lua" }
local most_presets = 500

--- The name of a plugin format, such as "LV2".
function plugin_list.format_name(type)
	for _, name in ipairs(format_names) do
		if ARDOUR.PluginType[name] == type then
			return name
		end
	end
	return "other"
end

local function entry(info)
	return {
		id = info.unique_id, name = info.name, creator = info.creator, category = info.category,
		format = plugin_list.format_name(info.type), is_instrument = info:is_instrument(), type = info.type,
	}
end

--- Everything that is installed; Ardour tells some of it twice.
function plugin_list.all()
	local list, known = {}, {}
	for info in lists.each(ARDOUR.LuaAPI.list_plugins()) do
		local one = entry(info)
		local key = one.format .. " " .. one.id
		if not known[key] then
			known[key] = true
			list[#list + 1] = one
		end
	end
	return list
end

--- The plugin with this id in this format; stops where it is not installed.
function plugin_list.by_id(id, format)
	for _, one in ipairs(plugin_list.all()) do
		if one.id == id and one.format == format then
			return one
		end
	end
	return faults.stop("failed", "the plugin " .. id .. " (" .. format .. ") is not installed any more")
end

--- The plugin of this id or exact name, in the best format there is; stops with the nearest name.
function plugin_list.named(name)
	local best, best_rank, things = nil, nil, plugin_list.all()
	for _, one in ipairs(things) do
		if one.id == name or one.name:lower() == name:lower() then
			for rank, format in ipairs(format_names) do
				if one.format == format and (not best or rank < best_rank) then
					best, best_rank = one, rank
				end
			end
		end
	end
	return best or names.stop_unknown("plugin", name, things)
end

--- The labels of a plugin's presets, sorted, and which of them are the user's own.
function plugin_list.preset_labels(plugin)
	local labels, own = {}, {}
	for preset in lists.each(plugin:get_info():get_presets(false)) do
		labels[#labels + 1] = preset.label
		own[preset.label] = preset.user
	end
	table.sort(labels)
	return labels, own
end

--- A plugin's preset by its label, or nil.
function plugin_list.preset(plugin, label)
	local preset = plugin:preset_by_label(label)
	return preset and preset.valid and preset or nil
end

--- The preset of a processor by its label; stops with the nearest one where there is none.
function plugin_list.preset_named(processor, label)
	local plugin = processor:to_insert():plugin(0)
	return plugin_list.preset(plugin, label)
		or names.stop_unknown_text("preset of " .. processor:display_name(), label, (plugin_list.preset_labels(plugin)))
end

-- Ardour names the file of an LV2 preset after the preset, with some characters replaced (legalize_for_uri at 7.3).
local function file_name(label)
	return label:gsub('[<>:"/\\|%?%* #]', "_")
end

--- A preset of the user's that would share its file with a new one of this name, or nil.
function plugin_list.kept_in_same_file(plugin, label)
	local labels, own = plugin_list.preset_labels(plugin)
	for _, known in ipairs(labels) do
		if own[known] and known ~= label and file_name(known) == file_name(label) then
			return known
		end
	end
	return nil
end

-- How well a plugin fits the words of a search: small is well, nil not at all.
local function rank(one, text, words)
	local name = one.name:lower()
	if one.id:lower() == text or name == text then
		return 0
	end
	local all = table.concat({ name, one.id, one.creator, one.category, one.format }, " "):lower()
	local in_name = true
	for _, word in ipairs(words) do
		if not all:find(word, 1, true) then
			return nil
		end
		in_name = in_name and name:find(word, 1, true) ~= nil
	end
	return in_name and (name:sub(1, #text) == text and 1 or 2) or 3
end

local function fits(one, arguments)
	local function is_asked(value)
		return value ~= nil and value ~= json.null and value ~= ""
	end
	return not (is_asked(arguments.category) and not one.category:lower():find(arguments.category:lower(), 1, true))
		and not (is_asked(arguments.format) and one.format:lower() ~= arguments.format:lower())
		and not (is_asked(arguments.is_instrument) and one.is_instrument ~= arguments.is_instrument)
end

--- search_plugins: what is installed and fits, best first. `text`, `category`, `format`, `is_instrument`, `limit`.
function plugin_list.search(arguments)
	local text = (arguments.text or ""):lower()
	local words, found = {}, {}
	for word in text:gmatch("%S+") do
		words[#words + 1] = word
	end
	for _, one in ipairs(plugin_list.all()) do
		local here = fits(one, arguments) and rank(one, text, words)
		if here then
			one.rank = here
			found[#found + 1] = one
		end
	end
	table.sort(found, function (one, other)
		if one.rank ~= other.rank then
			return one.rank < other.rank
		end
		return one.name ~= other.name and one.name < other.name or one.name == other.name and one.id < other.id
	end)
	local shown = json.array()
	for i = 1, math.min(#found, math.max(1, math.min(arguments.limit or 20, 100))) do
		local one = found[i]
		one.rank, one.type = nil, nil
		shown[i] = one
	end
	return { plugins = shown, n_found = #found }
end

--- list_presets: the presets of a plugin on a strip, or of an installed one.
function plugin_list.presets(plugin)
	local labels, own = plugin_list.preset_labels(plugin)
	local list = json.array()
	for i = 1, math.min(#labels, most_presets) do
		list[i] = { name = labels[i], is_own = own[labels[i]] }
	end
	return { presets = list, n_found = #labels, loaded = plugin:last_preset().label }
end

return plugin_list
