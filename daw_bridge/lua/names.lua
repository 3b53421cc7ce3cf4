-- Finding what somebody probably meant by a name that does not exist.

local names = {}

local longest_compared = 64 -- characters; what is longer differs soon enough
local most_listed = 6

-- How far one text is from another: 0 is equal, and two neighbours that changed places count as one slip (optimal string
-- alignment).
local function distance(one, other)
	one, other = one:sub(1, longest_compared), other:sub(1, longest_compared)
	local before, row, after = nil, {}, nil
	for j = 0, #other do
		row[j] = j
	end
	for i = 1, #one do
		after = { [0] = i }
		for j = 1, #other do
			local cost = one:byte(i) == other:byte(j) and 0 or 1
			after[j] = math.min(row[j] + 1, after[j - 1] + 1, row[j - 1] + cost)
			if i > 1 and j > 1 and one:byte(i) == other:byte(j - 1) and one:byte(i - 1) == other:byte(j) then
				after[j] = math.min(after[j], before[j - 2] + 1)
			end
		end
		before, row = row, after
	end
	return row[#other]
end

local function words_of(text)
	local found = {}
	for word in text:lower():gmatch("%w+") do
		found[word] = true
	end
	return found
end

-- How far a name is from a wanted one: each word that both have counts for as much as any two texts can differ.
local function farness(wanted, name)
	local here, wanted_words = distance(wanted:lower(), name:lower()), words_of(wanted)
	for word in pairs(words_of(name)) do
		here = here - (wanted_words[word] and longest_compared or 0)
	end
	return here
end

-- The thing whose id or name comes nearest to a wanted one; nil where none comes near.
local function nearest_of(wanted, things)
	local best, best_farness
	for _, thing in ipairs(things) do
		local here = math.min(distance(wanted, thing.id), farness(wanted, thing.name))
		if here < (best_farness or math.max(2, #wanted / 2)) then
			best, best_farness = thing, here
		end
	end
	return best
end

--- Return "id (name)" of the thing whose id or name comes nearest to a wanted one; nil where none comes near.
-- `things` is a list of { id = …, name = … }.
function names.nearest(wanted, things)
	local found = nearest_of(wanted, things)
	return found and found.id .. " (" .. found.name .. ")"
end

--- Return a sentence that names the few of `things` that come nearest to a wanted one, and says how many more there are.
function names.listed(wanted, things)
	local by_farness, texts = {}, {}
	for i, thing in ipairs(things) do
		by_farness[i] = { name = thing.name, farness = farness(wanted, thing.name), place = i }
	end
	table.sort(by_farness, function (one, other)
		return one.farness < other.farness or one.farness == other.farness and one.place < other.place
	end)
	for i = 1, math.min(#things, most_listed) do
		texts[i] = by_farness[i].name
	end
	if #things > most_listed then
		texts[#texts + 1] = string.format("and %d more", #things - most_listed)
	end
	return #things > 0 and "there are " .. table.concat(texts, ", ") or "there is none"
end

local function stop(kind, wanted, things, nearest)
	local known = not nearest and names.listed(wanted, things) or nil
	faults.stop("not_found", "no " .. kind .. " " .. wanted, {
		target = kind, name = wanted, nearest = nearest or json.null, known = known or json.null,
	})
end

--- Stop because nothing is called so, naming what comes nearest among `things`, or where nothing does, a few of them.
function names.stop_unknown(kind, wanted, things)
	stop(kind, wanted, things, names.nearest(wanted, things))
end

--- Return the one among `things` that alone bears a name; stops where several do, or none. `told` is how a thing is told
-- from others of its name, where its id alone says too little.
function names.only(kind, wanted, things)
	local found = {}
	for _, thing in ipairs(things) do
		found[#found + 1] = thing.name == wanted and thing or nil
	end
	if #found > 1 then
		faults.stop("invalid", string.format("%d %ss are called %s, such as %s and %s; name one by its id", #found, kind, wanted,
			found[1].told or found[1].id, found[2].told or found[2].id))
	end
	return found[1] or names.stop_unknown(kind, wanted, things)
end

--- Do likewise where things have no ids, only `texts` by which they are called.
function names.stop_unknown_text(kind, wanted, texts)
	local things = {}
	for i, text in ipairs(texts) do
		things[i] = { id = text, name = text }
	end
	local found = nearest_of(wanted, things)
	stop(kind, wanted, things, found and found.name)
end

return names
