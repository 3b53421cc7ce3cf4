-- Small whole files, read and replaced so that nobody ever sees half of one.

local files = {}

--- Return the content of a file, or nil where there is none.
function files.read(path)
	local file = io.open(path, "rb")
	if not file then
		return nil
	end
	local content = file:read("a")
	file:close()
	return content
end

--- Replace a file as a whole; raises when the folder cannot be written.
function files.replace(path, content)
	local part = path .. ".part"
	local file, reason = io.open(part, "wb")
	if not file then
		error("cannot write " .. part .. ": " .. tostring(reason), 0)
	end
	local is_written = file:write(content)
	local is_closed = file:close()
	if not (is_written and is_closed and os.rename(part, path)) then
		os.remove(part)
		error("cannot write " .. path .. "; is the disk full?", 0)
	end
end

return files
