-- A strict JSON codec (RFC 8259): what is not JSON is an error, never a guess.
-- Arrays carry a metatable, so that an empty array stays an array; null is `json.null`.

local json = {}

json.null = setmetatable({}, { __tostring = function () return "null" end })

local array_mark, text_mark = {}, {}
local max_depth = 64

-- looked up once: sessions and change sets run to many thousand values
local byte, char, find, format, gsub, match, sub = string.byte, string.char, string.find, string.format, string.gsub,
	string.match, string.sub
local concat, sort, math_type = table.concat, table.sort, math.type

--- Mark a table as an array, so that it is written as [] even when it is empty.
function json.array(items)
	return setmetatable(items or {}, array_mark)
end

function json.is_array(value)
	return type(value) == "table" and getmetatable(value) == array_mark
end

--- A field that may be left out: its value, or nil.
function json.given(value)
	if value == json.null then
		return nil
	end
	return value
end

--- Let a text that is JSON already be written as it is.
function json.text(text)
	return setmetatable({ text = text }, text_mark)
end

-- encoding ---------------------------------------------------------------------------------------

local escapes = {
	['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}

local function escaped(char)
	return escapes[char] or format("\\u%04x", byte(char))
end

local function encode_string(text)
	if find(text, '[%c"\\\127]') then
		text = gsub(text, '[%c"\\\127]', escaped)
	end
	return '"' .. text .. '"'
end

local function encode_number(number)
	if math_type(number) == "integer" then
		return format("%d", number)
	end
	if number ~= number or number == math.huge or number == -math.huge then
		error("JSON has no number for " .. tostring(number), 0)
	end
	-- a locale with a decimal comma must not reach the file
	return (gsub(format("%.17g", number), ",", "."))
end

-- Keys as they are written, with quotes and colon; there are few of them, and they come again and again.
local written_keys = setmetatable({}, { __index = function (known, key)
	if type(key) ~= "string" then
		error("a JSON object has text keys only, got a " .. type(key), 0)
	end
	local written = encode_string(key) .. ":"
	known[key] = written
	return written
end })

local write_value

-- Each of these appends to `out`, which holds `n` pieces, and returns how many it holds then.
local function write_array(out, n, items, depth)
	out[n + 1], n = "[", n + 1
	for i = 1, #items do
		if i > 1 then
			out[n + 1], n = ",", n + 1
		end
		n = write_value(out, n, items[i], depth)
	end
	out[n + 1] = "]"
	return n + 1
end

-- The keys of the last object at each depth, in order: the objects of a list mostly have the same ones.
local last_keys = {}

local function sorted_keys(object, depth)
	local last, n_keys, is_same = last_keys[depth], 0, true
	local known = last and last.known or {}
	for key in next, object do
		n_keys = n_keys + 1
		is_same = is_same and known[key]
	end
	if is_same and last and #last.keys == n_keys then
		return last.keys
	end
	local keys = {}
	known = {}
	for key in next, object do
		keys[#keys + 1], known[key] = key, true
	end
	sort(keys)
	last_keys[depth] = { keys = keys, known = known }
	return keys
end

local function write_object(out, n, object, depth)
	local keys = sorted_keys(object, depth)
	out[n + 1], n = "{", n + 1
	for i = 1, #keys do
		local key = keys[i]
		if i > 1 then
			out[n + 1], n = ",", n + 1
		end
		out[n + 1] = written_keys[key]
		n = write_value(out, n + 1, object[key], depth)
	end
	out[n + 1] = "}"
	return n + 1
end

function write_value(out, n, value, depth)
	local kind = type(value)
	if kind == "string" then
		out[n + 1] = encode_string(value)
	elseif kind == "number" then
		out[n + 1] = encode_number(value)
	elseif kind == "boolean" then
		out[n + 1] = value and "true" or "false"
	elseif value == json.null then
		out[n + 1] = "null"
	elseif kind == "table" then
		if depth > max_depth then
			error("JSON nested deeper than " .. max_depth, 0)
		end
		local mark = getmetatable(value)
		if mark == array_mark then
			return write_array(out, n, value, depth + 1)
		elseif mark == text_mark then
			out[n + 1] = value.text
		else
			return write_object(out, n, value, depth + 1)
		end
	else
		error("JSON has no " .. kind, 0)
	end
	return n + 1
end

--- Write a value as JSON text; keys come in sorted order.
function json.encode(value)
	local out = {}
	write_value(out, 0, value, 0)
	return concat(out)
end

-- decoding ---------------------------------------------------------------------------------------

local function refuse(position, expected)
	error(string.format("not JSON at byte %d: expected %s", position, expected), 0)
end

local unescapes = {
	['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

local function to_utf8(code)
	if code < 0x80 then
		return char(code)
	elseif code < 0x800 then
		return char(0xC0 | code >> 6, 0x80 | code & 0x3F)
	elseif code < 0x10000 then
		return char(0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F)
	end
	return char(0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F)
end

local function hex_code(text, position)
	local digits = match(text, "^%x%x%x%x", position)
	return digits and tonumber(digits, 16) or refuse(position, "four hexadecimal digits")
end

-- Read what follows `\u`; a pair of surrogates makes one character.
local function decode_unicode(text, position)
	local code = hex_code(text, position)
	position = position + 4
	if code >= 0xD800 and code < 0xDC00 then
		if sub(text, position, position + 1) ~= "\\u" then
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

-- Read the rest of a string in which the plain text ends before its closing quote.
local function decode_escaped(text, from, stop)
	local parts = { sub(text, from, stop - 1) }
	while true do
		local found = byte(text, stop)
		local position = stop + 1
		if found == 0x22 then -- a quote
			return concat(parts), position
		elseif found == 0x7F then
			parts[#parts + 1] = "\127"
		elseif found ~= 0x5C then -- a backslash
			refuse(stop, "no raw control character in a string")
		else
			local letter = sub(text, position, position)
			if letter == "u" then
				parts[#parts + 1], position = decode_unicode(text, position + 1)
			else
				parts[#parts + 1] = unescapes[letter] or refuse(position, "a known escape")
				position = position + 1
			end
		end
		stop = find(text, '[%c"\\]', position) or refuse(#text + 1, "the end of a string")
		parts[#parts + 1] = sub(text, position, stop - 1)
	end
end

-- Read the rest of a string whose escapes are all of one letter and none is a quote, such as a text of many lines; nil
-- where it is another one.
local function decode_lines(text, position)
	local raw, after = match(text, '^([^%c"]*)"()', position)
	if not raw or find(raw, "\\[^bfnrt/]") or byte(raw, -1) == 0x5C then
		return nil
	end
	return (gsub(raw, "\\(.)", unescapes)), after
end

local function decode_string(text, position)
	local stop = find(text, '[%c"\\]', position) or refuse(#text + 1, "the end of a string")
	if byte(text, stop) == 0x22 then
		return sub(text, position, stop - 1), stop + 1
	end
	local value, after = decode_lines(text, position)
	if value then
		return value, after
	end
	return decode_escaped(text, position, stop)
end

local function decode_number(text, position)
	local number, after = match(text, "^(-?%d+)()", position)
	if not number or find(number, "^-?0.") then
		refuse(position, "a value")
	end
	if find(text, "^[%w%.]", after) then
		local fraction = match(text, "^%.%d+", after) or ""
		local exponent = match(text, "^[eE][+-]?%d+", after + #fraction) or ""
		after = after + #fraction + #exponent
		if find(text, "^[%w%.]", after) then
			refuse(after, "the end of a number")
		end
		number = number .. fraction .. exponent
	end
	return tonumber(number), after
end

local function decode_key(text, position)
	position = match(text, '^[ \t\r\n]*"()', position) or refuse(position, "a key")
	local key
	key, position = decode_string(text, position)
	return key, match(text, "^[ \t\r\n]*:()", position) or refuse(position, "':'")
end

local decode_value

local function decode_array(text, position, depth)
	local items, n = json.array(), 0
	position = find(text, "[^ \t\r\n]", position) or position
	if byte(text, position) == 0x5D then
		return items, position + 1
	end
	while true do
		n = n + 1
		items[n], position = decode_value(text, position, depth)
		local found = byte(text, position)
		if found == 0x2C then -- a comma
			position = position + 1
		elseif found == 0x5D then
			return items, position + 1
		else
			refuse(position, "',' or ']'")
		end
	end
end

local function decode_object(text, position, depth)
	local object = {}
	position = find(text, "[^ \t\r\n]", position) or position
	if byte(text, position) == 0x7D then
		return object, position + 1
	end
	while true do
		local key, after = match(text, '^[ \t\r\n]*"([^%c"\\]*)"[ \t\r\n]*:()', position) -- almost every key
		if not key then
			key, after = decode_key(text, position)
		end
		if object[key] ~= nil then
			refuse(after, "each key once, got " .. key .. " again")
		end
		object[key], position = decode_value(text, after, depth)
		local found = byte(text, position)
		if found == 0x2C then
			position = position + 1
		elseif found == 0x7D then
			return object, position + 1
		else
			refuse(position, "',' or '}'")
		end
	end
end

local words = { ["true"] = true, ["false"] = false, null = json.null }

-- Read a value and the blanks after it.
function decode_value(text, position, depth)
	if depth > max_depth then
		refuse(position, "no more than " .. max_depth .. " levels")
	end
	local first, value = byte(text, position), nil
	if not first or first <= 0x20 then
		position = find(text, "[^ \t\r\n]", position) or refuse(#text + 1, "a value")
		first = byte(text, position)
	end
	if first == 0x22 then
		value, position = decode_string(text, position + 1)
	elseif first == 0x7B then
		value, position = decode_object(text, position + 1, depth + 1)
	elseif first == 0x5B then
		value, position = decode_array(text, position + 1, depth + 1)
	else
		local word = match(text, "^%a+", position)
		if not word then
			value, position = decode_number(text, position)
		elseif words[word] == nil then
			refuse(position, "a value")
		else
			value, position = words[word], position + #word
		end
	end
	local following = byte(text, position)
	if following and following <= 0x20 then
		position = match(text, "^[ \t\r\n]*()", position)
	end
	return value, position
end

--- Read JSON text; raises when it is not exactly one JSON value.
function json.decode(text)
	local value, position = decode_value(text, 1, 0)
	if position <= #text then
		refuse(position, "the end of the text")
	end
	return value
end

return json
