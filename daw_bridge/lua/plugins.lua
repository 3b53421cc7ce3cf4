-- Finding plugins by their ids, such as an LV2 plugin's URI.

local plugins = {}

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

return plugins
