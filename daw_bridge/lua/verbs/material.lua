-- import_midi and import_audio: files that become regions at a bar.

local material = { operations = {} }

-- The playlist of the track that the file goes to, which must be of the right kind.
local function destination(context, operation, wanted_kind)
	faults.require_editor(context, "importing")
	local route, route_id = strips.named(context, operation.track)
	local kind = strips.kind(route)
	if kind ~= wanted_kind then
		faults.stop("invalid", string.format("%s is a %s, but %s needs a %s", route:name(), kind, operation.verb, wanted_kind))
	end
	return route:to_track():playlist(), route_id
end

local function place(context, operation, region, playlist, position)
	local placed = region_edits.add(context, region, playlist, position)
	context.refs[operation.ref] = ids.of(placed)
	placed:set_name(region_state.legal_name(placed, operation.name))
	if math.abs(placed:position():samples() - timeline.samples_at(timeline.ticks_at(operation.at))) > 1 then
		faults.stop("failed", "the region reads " .. region_state.span(placed))
	end
	return placed
end

function material.operations.import_midi(context, operation)
	local playlist, route_id = destination(context, operation, "midi_track")
	local with_notes = {}
	for _, region in ipairs(file_import.bring_in(context, operation.path)) do
		local n_notes = reader.n_notes(region)
		if n_notes and n_notes > 0 then
			with_notes[#with_notes + 1] = region
		end
	end
	if #with_notes ~= 1 then
		faults.stop("failed", string.format("%s holds %d tracks with notes, expected one", operation.path, #with_notes))
	end
	local position = Temporal.timepos_t.from_ticks(timeline.ticks_at(operation.at))
	local region = place(context, operation, with_notes[1], playlist, position)
	local n_notes = reader.n_notes(region)
	if json.given(operation.n_notes) and n_notes ~= operation.n_notes then
		faults.stop("failed", string.format("the region holds %d notes, expected %d", n_notes, operation.n_notes))
	end
	return {
		target_id = ids.of(region), route_id = route_id,
		asked = string.format("%s: %d notes at %s", operation.name, json.given(operation.n_notes) or n_notes, timeline.text(operation.at)),
		read_back = string.format("%s: %d notes at %s", region:name(), n_notes,
			timeline.text(timeline.place_at(region:position():ticks()))),
	}
end

-- Stretch what came in from the file's own tempo to the session's at that place.
local function conform(context, operation, region)
	local tempo = timeline.tempo_at(timeline.ticks_at(operation.at)).tempo_bpm
	local length = math.floor(region:length():samples() * operation.file_tempo_bpm / tempo + 0.5)
	if length == region:length():samples() then
		return region
	end
	region_sound.refuse_long(context.session, region, "leave file_tempo_bpm out, then split and stretch it")
	local made = region_state.placed(context.session, region_sound.stretch(context, region, length, 1, false).target_id)
	context.refs[operation.ref] = ids.of(made)
	return made
end

function material.operations.import_audio(context, operation)
	local playlist, route_id = destination(context, operation, "audio_track")
	local found = file_import.bring_in(context, operation.path)
	if #found ~= 1 then
		faults.stop("failed", string.format("%s became %d regions, expected one", operation.path, #found))
	end
	local samples = timeline.samples_at(timeline.ticks_at(operation.at))
	local region = place(context, operation, found[1], playlist, Temporal.timepos_t(samples))
	local length = region:length():samples()
	if json.given(operation.length_samples) and math.abs(length - operation.length_samples) > 1 then
		faults.stop("failed", string.format("the region has %d samples, expected %d", length, operation.length_samples))
	end
	if json.given(operation.file_tempo_bpm) then
		region = conform(context, operation, region)
	end
	return {
		target_id = ids.of(region), route_id = route_id,
		asked = string.format("%s: %d samples at %s", operation.name, length, timeline.text(operation.at)),
		read_back = string.format("%s: %d samples at sample %d", region:name(), region:length():samples(),
			region:position():samples()),
	}
end

return material
