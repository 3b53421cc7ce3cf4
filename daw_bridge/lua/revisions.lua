-- The session's revision: a digest of everything in it that is music, and those states of it that change sets began
-- and ended with, kept as files of that name so that two of them can be compared later.

local revisions = {}

local multiplier = 0x9FB21C651E98DF25 -- odd, with its bits well spread

local function mixed(hash, word)
	hash = (hash ~ word) * multiplier
	return hash ~ hash >> 32
end

--- A 64-bit digest of a text, as 16 hexadecimal digits. It finds changes; it is no protection against a forger.
function revisions.digest(text)
	local unpack, length = string.unpack, #text
	local hash = mixed(0, length)
	local position, last = 1, length - 31
	while position <= last do
		local a, b, c, d, after = unpack("<i8i8i8i8", text, position)
		hash = (hash ~ a) * multiplier
		hash = (hash ~ hash >> 32 ~ b) * multiplier
		hash = (hash ~ hash >> 32 ~ c) * multiplier
		hash = (hash ~ hash >> 32 ~ d) * multiplier
		hash, position = hash ~ hash >> 32, after
	end
	while position <= length do
		local piece = text:sub(position, position + 7)
		hash, position = mixed(hash, unpack("<i8", piece .. ("\0"):rep(8 - #piece))), position + 8
	end
	hash = mixed(mixed(hash, length), multiplier)
	return string.format("%016x", hash)
end

--- Read the session: its revision, as JSON text what is music in it, and the facts of its selection.
function revisions.read(session, editor)
	local music, selected = reader.music(session, editor)
	local text = json.encode(music)
	return revisions.digest(text), text, selected
end

--- Keep a state of the session under its revision; one that is kept already counts as seen now.
function revisions.keep(session, revision, text)
	local path = session:path() .. "/sideman/revisions/" .. revision .. ".json"
	local kept = io.open(path, "r+b")
	if not kept then
		files.replace(path, text)
		return
	end
	kept:write(text:sub(1, 1)) -- what it begins with already; putting a new file in its place takes a millisecond
	kept:close()
end

return revisions
