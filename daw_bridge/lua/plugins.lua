-- Finding plugins by their ids, such as an LV2 plugin's URI.

local plugins = {}

local soundfont = "urn:ardour:a-fluidsynth:sf2file"
local longest_load_microseconds = { told = 3000000, blind = 1500000 }
local poll_microseconds = 10000
local loading_since = {} -- by processor id: when a preset was loaded, whose files a thread of the plugin then reads

local kinds = { "LV2", "VST3", "LXVST", "LADSPA", "Lua" }

--- Return what Ardour knows of a plugin, in whatever format it has it, or nil.
function plugins.find(id)
	for _, name in ipairs(kinds) do
		local kind = ARDOUR.PluginType[name]
		if kind then
			local info = ARDOUR.LuaAPI.new_plugin_info(id, kind)
			if not info:isnil() then
				return info
			end
		end
	end
	return nil
end

--- Note that a plugin has begun to read files in a thread of its own, as a preset or a state had it.
function plugins.begin_loading(processor)
	loading_since[ids.own(processor)] = ARDOUR.LuaAPI.monotonic_time()
end

--- Load a preset into a plugin's processor; returns whether Ardour did.
function plugins.load_preset(processor, preset)
	if not processor:to_plugininsert():plugin(0):load_preset(preset) then
		return false
	end
	plugins.begin_loading(processor)
	return true
end

--- Wait until a plugin has read what its preset names (a SoundFont: about half a second), before it is removed.
-- Removed earlier, it ends the editor: Ardour frees the plugin first and stops its thread afterwards (~LV2Plugin in
-- lv2_plugin.cc at 7.3, 8.12 and 9.8). From 8 on Lua can read what is loaded; before, the time must have passed.
function plugins.settle(processor)
	local since = loading_since[ids.own(processor)]
	local read = ARDOUR.LuaAPI.get_plugin_insert_property
	local longest = longest_load_microseconds[read and "told" or "blind"]
	while since and ARDOUR.LuaAPI.monotonic_time() - since < longest do
		if read and read(processor:to_plugininsert(), soundfont) then
			break
		end
		ARDOUR.LuaAPI.usleep(poll_microseconds)
	end
	loading_since[ids.own(processor)] = nil
end

return plugins
