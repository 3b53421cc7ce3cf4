"""Edits of notes that are computed here: what is chosen is read, changed by pure functions, and swapped in one go."""

from collections.abc import Callable

from daw_bridge.bridge_folder import JsonObject
from daw_bridge.derivation import Read
from music import note_edit
from music.errors import RequestInvalid
from music.note_text import NOTE_TICKS_PER_QUARTER, NoteRow, from_rows, parse_edits, to_rows
from music.operations.notes import (
    EditNotes,
    HumaniseNotes,
    NoteSelection,
    QuantiseNotes,
    RewriteNotes,
    SetNoteLengths,
    ShapeVelocity,
    TransposeNotes,
)
from music.pitch import parse_key
from music.time import BBT

Notes = tuple[NoteRow, ...]
_NEAR_TICKS = 1  # places are written half as fine as Ardour counts


async def _read(read: Read, region: str, which: NoteSelection | None, places: tuple[str, ...] = ()) -> JsonObject:
    return await read("note_rows", {"region": region, "which": _plain(which), "places": list(places)})


def _plain(which: NoteSelection | None) -> JsonObject:
    """Write a selection as the bridge reads it; ``None`` is every note."""
    if which is None:
        return {}
    found = {name: getattr(which, name) for name in which.__slots__}
    return {
        name: {"bar": value.bar, "beat": value.beat, "tick": value.tick} if isinstance(value, BBT) else value
        for name, value in found.items()
        if value is not None
    }


def _rewritten(region: str, before: Notes, after: Notes) -> tuple[RewriteNotes, ...]:
    """Return the operation that swaps the notes which differ; none where all stay as they are."""
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    if not pairs:
        return ()
    removed, added = zip(*pairs, strict=True)
    return (RewriteNotes(region=region, removed=to_rows(removed), added=to_rows(added)),)


async def _changed(
    read: Read, region: str, which: NoteSelection | None, change: Callable[[Notes, JsonObject], Notes]
) -> tuple[RewriteNotes, ...]:
    facts = await _read(read, region, which)
    before = from_rows(facts["rows"])
    if not before:
        raise RequestInvalid(f"no note of {facts['name']} is chosen; look at its notes and choose again")
    try:
        after = change(before, facts)
    except ValueError as error:
        raise RequestInvalid(str(error)) from error
    return _rewritten(region, before, after)


async def quantise_notes(operation: QuantiseNotes, read: Read) -> tuple[RewriteNotes, ...]:
    """Compute where quantised notes go."""

    def change(notes: Notes, facts: JsonObject) -> Notes:
        return note_edit.quantise(
            notes,
            bar_ticks=facts["bar_ticks"],
            length_ticks=facts["length_ticks"],
            grid=operation.grid,
            strength=operation.strength,
            swing_percent=operation.swing_percent,
            with_ends=operation.with_ends,
        )

    return await _changed(read, operation.region, operation.which, change)


async def transpose_notes(operation: TransposeNotes, read: Read) -> tuple[RewriteNotes, ...]:
    """Compute which pitches transposed notes have."""

    def change(notes: Notes, facts: JsonObject) -> Notes:
        del facts
        if operation.key is None:
            return note_edit.transpose(notes, operation.semitones)
        return note_edit.transpose_in_key(notes, parse_key(operation.key), operation.scale_steps)

    return await _changed(read, operation.region, operation.which, change)


async def humanise_notes(operation: HumaniseNotes, read: Read) -> tuple[RewriteNotes, ...]:
    """Compute how notes depart, at the tempo that holds where the region starts."""

    def change(notes: Notes, facts: JsonObject) -> Notes:
        ticks_per_ms = facts["tempo_bpm"] * NOTE_TICKS_PER_QUARTER / 60_000
        return note_edit.humanise(
            notes,
            timing_ticks=operation.timing_ms * ticks_per_ms,
            velocity=operation.velocity,
            seed=operation.seed,
            length_ticks=facts["length_ticks"],
        )

    return await _changed(read, operation.region, operation.which, change)


async def shape_velocity(operation: ShapeVelocity, read: Read) -> tuple[RewriteNotes, ...]:
    """Compute the velocities of the chosen notes."""
    amount = operation.amount

    def change(notes: Notes, facts: JsonObject) -> Notes:
        match operation.shape:
            case "scale":
                return note_edit.scale_velocity(notes, amount)
            case "set":
                return note_edit.set_velocity(notes, amount)
            case "compress":
                return note_edit.compress_velocity(notes, amount)
            case "ramp":
                return note_edit.ramp_velocity(notes, amount, operation.end_amount or amount)
            case "accent":
                return note_edit.accent_velocity(
                    notes, operation.pattern, bar_ticks=facts["bar_ticks"], grid=operation.grid
                )

    return await _changed(read, operation.region, operation.which, change)


async def set_note_lengths(operation: SetNoteLengths, read: Read) -> tuple[RewriteNotes, ...]:
    """Compute the lengths of the chosen notes."""
    ticks = round(operation.amount * NOTE_TICKS_PER_QUARTER)

    def change(notes: Notes, facts: JsonObject) -> Notes:
        match operation.how:
            case "legato":
                return note_edit.make_legato(notes, gap_ticks=ticks, length_ticks=facts["length_ticks"])
            case "set":
                return note_edit.set_lengths(notes, ticks)
            case "scale":
                return note_edit.scale_lengths(notes, operation.amount)

    return await _changed(read, operation.region, operation.which, change)


async def edit_notes(operation: EditNotes, read: Read) -> tuple[RewriteNotes, ...]:
    """Compute what the named notes become; RequestInvalid names one that is not there."""
    edits = parse_edits(operation.edits)
    places = tuple(place for edit in edits for place in (edit.start, dict(edit.changes).get("start", edit.start)))
    facts = await _read(read, operation.region, None, places)
    before = from_rows(facts["rows"])
    after = list(before)
    for index, edit in enumerate(edits):
        was_ticks, new_ticks = facts["places"][2 * index : 2 * index + 2]
        if not 0 <= new_ticks < facts["length_ticks"]:
            raise RequestInvalid(f"{places[2 * index + 1]} lies outside of {facts['name']}")
        start = new_ticks if places[2 * index] != places[2 * index + 1] else None
        chosen = [
            place
            for place, note in enumerate(before)
            if note.midi_note == edit.midi_note and abs(note.start_ticks - was_ticks) <= _NEAR_TICKS
        ]
        if not chosen:
            raise RequestInvalid(
                f"no note of pitch {edit.midi_note} begins at {edit.start} in {facts['name']}; look at its notes again"
            )
        for place in chosen:
            after[place] = note_edit.edited(after[place], edit, start)
    return _rewritten(operation.region, before, tuple(after))
