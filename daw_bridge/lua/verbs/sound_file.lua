-- The sound of an audio region as a WAV file of 32-bit floats: as it lies in its source, without gain, fades or envelope.

local sound_file = {}

local block_frames = 4096
local pack_size = 128

local function header(n_channels, sample_rate, n_frames)
	local n_bytes = n_frames * n_channels * 4
	return "RIFF" .. string.pack("<I4", 50 + n_bytes) .. "WAVE"
		.. "fmt " .. string.pack("<I4I2I2I4I4I2I2I2", 18, 3, n_channels, sample_rate, sample_rate * n_channels * 4,
			n_channels * 4, 32, 0)
		.. "fact" .. string.pack("<I4I4", 4, n_frames) .. "data" .. string.pack("<I4", n_bytes)
end

local function packed(values)
	local parts = {}
	for i = 1, #values, pack_size do
		local last = math.min(i + pack_size - 1, #values)
		parts[#parts + 1] = string.pack("<" .. string.rep("f", last - i + 1), table.unpack(values, i, last))
	end
	return table.concat(parts)
end

-- One block of all channels, frame by frame; backwards if asked, and with a noise of this amplitude added.
local function block(readable, buffer, from, n_frames, is_reversed, noise)
	local n_channels = readable:n_channels()
	local values = {}
	for channel = 0, n_channels - 1 do
		if readable:read(buffer, from, n_frames, channel) ~= n_frames then
			faults.stop("failed", string.format("Ardour could not read %d samples at sample %d of the region", n_frames, from))
		end
		local samples = buffer:get_table(n_frames)
		for i = 1, n_frames do
			local frame = is_reversed and n_frames - i or i - 1
			values[frame * n_channels + channel + 1] = noise > 0 and samples[i] + noise * (2 * math.random() - 1) or samples[i]
		end
	end
	return packed(values)
end

--- Write the sound of an audio region. Raises when the file cannot be written.
-- `how` may say is_reversed, tail_frames of silence that follow, and noise, the amplitude of what is added.
function sound_file.write(path, audio, sample_rate, how)
	local is_reversed, tail_frames = how.is_reversed, how.tail_frames or 0
	local readable, n_frames, n_channels = audio:to_readable(), audio:length():samples(), audio:n_channels()
	local memory = ARDOUR.DSP.DspShm(block_frames)
	local file, reason = io.open(path, "wb")
	if not file then
		faults.stop("failed", "cannot write " .. path .. ": " .. tostring(reason))
	end
	local is_done, fault = pcall(function ()
		assert(file:write(header(n_channels, sample_rate, n_frames + tail_frames)))
		local done = 0
		while done < n_frames do
			local count = math.min(block_frames, n_frames - done)
			local from = is_reversed and n_frames - done - count or done
			assert(file:write(block(readable, memory:to_float(0), from, count, is_reversed, how.noise or 0)))
			done = done + count
		end
		assert(file:write(string.rep("\0", tail_frames * n_channels * 4)))
	end)
	if not (file:close() and is_done) then
		os.remove(path)
		error(fault or "cannot write " .. path .. "; is the disk full?", 0)
	end
end

return sound_file
