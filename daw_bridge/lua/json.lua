-- A strict JSON codec (RFC 8259): what is not JSON is an error, never a guess.
-- Arrays carry a metatable, so that an empty array stays an array; null is `json.null`.

local json = {}

json.null = setmetatable({}, { __tostring = function () return "null" end })

local array_mark = {}
local max_depth = 64

--- Mark a table as an array, so that it is written as [] even when it is empty.
function json.array(items)
	return setmetatable(items or {}, array_mark)
end

function json.is_array(value)
	return type(value) == "table" and getmetatable(value) == array_mark
end

-- encoding ---------------------------------------------------------------------------------------

local escapes = {
	['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}

local function encode_string(text)
	return '"' .. text:gsub('[%c"\\\127]', function (c)
		return escapes[c] or string.format("\\u%04x", c:byte())
	end) .. '"'
end

local function encode_number(number)
	if math.type(number) == "integer" then
		return string.format("%d", number)
	end
	if number ~= number or number == math.huge or number == -math.huge then
		error("JSON has no number for " .. tostring(number), 0)
	end
	-- a locale with a decimal comma must not reach the file
	return (string.format("%.17g", number):gsub(",", "."))
end

local encode_value

local function encode_array(items, depth)
	local parts = {}
	for i = 1, #items do
		parts[i] = encode_value(items[i], depth)
	end
	return "[" .. table.concat(parts, ",") .. "]"
end

local function encode_object(object, depth)
	local keys = {}
	for key in pairs(object) do
		if type(key) ~= "string" then
			error("a JSON object has text keys only, got a " .. type(key), 0)
		end
		keys[#keys + 1] = key
	end
	table.sort(keys)
	local parts = {}
	for i, key in ipairs(keys) do
		parts[i] = encode_string(key) .. ":" .. encode_value(object[key], depth)
	end
	return "{" .. table.concat(parts, ",") .. "}"
end

function encode_value(value, depth)
	if depth > max_depth then
		error("JSON nested deeper than " .. max_depth, 0)
	end
	local kind = type(value)
	if value == json.null then
		return "null"
	elseif kind == "string" then
		return encode_string(value)
	elseif kind == "number" then
		return encode_number(value)
	elseif kind == "boolean" then
		return tostring(value)
	elseif kind == "table" then
		return (json.is_array(value) and encode_array or encode_object)(value, depth + 1)
	end
	error("JSON has no " .. kind, 0)
end

--- Write a value as JSON text; keys come in alphabetical order.
function json.encode(value)
	return encode_value(value, 0)
end

-- decoding ---------------------------------------------------------------------------------------

local function refuse(position, expected)
	error(string.format("not JSON at byte %d: expected %s", position, expected), 0)
end

local function skip_blanks(text, position)
	return text:find("[^ \t\r\n]", position) or #text + 1
end

local unescapes = {
	['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

local function to_utf8(code)
	if code < 0x80 then
		return string.char(code)
	elseif code < 0x800 then
		return string.char(0xC0 | code >> 6, 0x80 | code & 0x3F)
	elseif code < 0x10000 then
		return string.char(0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F)
	end
	return string.char(0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F)
end

local function hex_code(text, position)
	local digits = text:match("^%x%x%x%x", position)
	return digits and tonumber(digits, 16) or refuse(position, "four hexadecimal digits")
end

-- Read what follows `\u`; a pair of surrogates makes one character.
local function decode_unicode(text, position)
	local code = hex_code(text, position)
	position = position + 4
	if code >= 0xD800 and code < 0xDC00 then
		if text:sub(position, position + 1) ~= "\\u" then
			refuse(position, "a low surrogate")
		end
		local low = hex_code(text, position + 2)
		if low < 0xDC00 or low > 0xDFFF then
			refuse(position, "a low surrogate")
		end
		return to_utf8(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), position + 6
	elseif code >= 0xDC00 and code < 0xE000 then
		refuse(position, "a high surrogate first")
	end
	return to_utf8(code), position
end

local function decode_string(text, position)
	local parts = {}
	while true do
		local stop = text:find('[%c"\\]', position)
		if not stop then
			refuse(#text + 1, "the end of a string")
		end
		parts[#parts + 1] = text:sub(position, stop - 1)
		local char = text:sub(stop, stop)
		if char == '"' then
			return table.concat(parts), stop + 1
		elseif char == "\127" then
			parts[#parts + 1], position = char, stop + 1
		elseif char ~= "\\" then
			refuse(stop, "no raw control character in a string")
		else
			local letter = text:sub(stop + 1, stop + 1)
			if letter == "u" then
				parts[#parts + 1], position = decode_unicode(text, stop + 2)
			else
				parts[#parts + 1] = unescapes[letter] or refuse(stop + 1, "a known escape")
				position = stop + 2
			end
		end
	end
end

local function decode_number(text, position)
	local integer = text:match("^-?0", position)
	local digits = text:match("^-?[1-9]%d*", position)
	integer = digits or integer or refuse(position, "a value")
	local stop = position + #integer
	local fraction = text:match("^%.%d+", stop) or ""
	local exponent = text:match("^[eE][+-]?%d+", stop + #fraction) or ""
	local after = stop + #fraction + #exponent
	if text:find("^[%w%.]", after) then
		refuse(after, "the end of a number")
	end
	return tonumber(integer .. fraction .. exponent), after
end

local decode_value

local function decode_array(text, position, depth)
	local items = json.array()
	position = skip_blanks(text, position)
	if text:sub(position, position) == "]" then
		return items, position + 1
	end
	while true do
		items[#items + 1], position = decode_value(text, position, depth)
		position = skip_blanks(text, position)
		local char = text:sub(position, position)
		if char == "]" then
			return items, position + 1
		elseif char ~= "," then
			refuse(position, "',' or ']'")
		end
		position = position + 1
	end
end

local function decode_object(text, position, depth)
	local object = {}
	position = skip_blanks(text, position)
	if text:sub(position, position) == "}" then
		return object, position + 1
	end
	while true do
		position = skip_blanks(text, position)
		if text:sub(position, position) ~= '"' then
			refuse(position, "a key")
		end
		local key
		key, position = decode_string(text, position + 1)
		if object[key] ~= nil then
			refuse(position, "each key once, got " .. key .. " again")
		end
		position = skip_blanks(text, position)
		if text:sub(position, position) ~= ":" then
			refuse(position, "':'")
		end
		object[key], position = decode_value(text, position + 1, depth)
		position = skip_blanks(text, position)
		local char = text:sub(position, position)
		if char == "}" then
			return object, position + 1
		elseif char ~= "," then
			refuse(position, "',' or '}'")
		end
		position = position + 1
	end
end

local words = { ["true"] = true, ["false"] = false, null = json.null }

function decode_value(text, position, depth)
	if depth > max_depth then
		refuse(position, "no more than " .. max_depth .. " levels")
	end
	position = skip_blanks(text, position)
	local char = text:sub(position, position)
	if char == '"' then
		return decode_string(text, position + 1)
	elseif char == "{" then
		return decode_object(text, position + 1, depth + 1)
	elseif char == "[" then
		return decode_array(text, position + 1, depth + 1)
	end
	local word = text:match("^%a+", position)
	if word then
		if words[word] == nil then
			refuse(position, "a value")
		end
		return words[word], position + #word
	end
	return decode_number(text, position)
end

--- Read JSON text; raises when it is not exactly one JSON value.
function json.decode(text)
	local value, position = decode_value(text, 1, 0)
	position = skip_blanks(text, position)
	if position <= #text then
		refuse(position, "the end of the text")
	end
	return value
end

return json
