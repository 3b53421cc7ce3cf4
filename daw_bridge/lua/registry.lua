-- What the verb modules can do, joined: `verb_modules` is the bundle's list of them.

local registry = { operations = {}, inverses = {}, readings = {}, requires = {}, finders = {}, asks = {}, settle = {} }

-- The verbs of modules that touch no region, no strip as such and no tempo.
local leaves_regions = {}

for _, module in ipairs(verb_modules) do
	for kind, joined in pairs(registry) do
		for name, value in pairs(module[kind] or {}) do
			if joined[name] then
				error("two verb modules have " .. kind .. "." .. name, 0)
			end
			joined[name] = value
		end
	end
	for verb in pairs(module.leaves_regions and module.operations or {}) do
		leaves_regions[verb] = true
	end
	reader.extend(module)
end

--- Why an operation cannot be done here, and what it takes: { reason, since }; nil where it can.
function registry.lacking(verb, session, editor)
	local need = registry.requires[verb]
	if not need then
		return nil
	end
	local is_probed, is_there = pcall(need.probe, session, editor)
	if is_probed and is_there then
		return nil
	end
	return { reason = need.reason, since = need.since }
end

--- The names of the operations that this Ardour can do, and what it cannot with reason and version.
function registry.capabilities(session, editor)
	local names, unavailable = json.array(), json.array()
	for verb in pairs(registry.operations) do
		if not registry.requires[verb] then
			names[#names + 1] = verb
		end
	end
	for verb in pairs(registry.requires) do
		local lacking = registry.lacking(verb, session, editor)
		if lacking then
			unavailable[#unavailable + 1] = { verb = verb, reason = lacking.reason, since = lacking.since }
		elseif registry.operations[verb] then
			names[#names + 1] = verb
		end
	end
	table.sort(names)
	table.sort(unavailable, function (one, other) return one.verb < other.verb end)
	return names, unavailable
end

--- What is wrong with an operation before it is tried here, or nil.
function registry.complaint(verb, session, editor, derived)
	local lacking = registry.lacking(verb, session, editor)
	if lacking then
		return lacking.reason .. (lacking.since and "; Ardour " .. lacking.since .. " and later can" or "")
	end
	return not registry.operations[verb] and not derived and "this bridge knows no operation " .. tostring(verb) or nil
end

--- The operation that a verb names; stops where there is none.
function registry.operation(verb)
	return registry.operations[verb] or faults.stop("invalid", "no operation " .. tostring(verb))
end

--- An operation is about to be done: let go of what it may change.
function registry.before(verb)
	if not leaves_regions[verb] then
		reader.forget_regions()
	end
end

--- A new request begins: what is kept of the session for the length of one is old.
function registry.forget()
	reader.forget_regions()
	for _, module in ipairs(verb_modules) do
		if module.forget then
			module.forget()
		end
	end
end

return registry
