"""Who plays: parts written anew, added, exchanged, silenced, and where they stand in the mix."""

import hashlib
from collections import Counter
from dataclasses import replace

from music.errors import RequestInvalid
from music.instrument import Role
from music.plan import Plan, PlannedPart
from music.score import Note, Part, PartMix, Section
from music.variation.changes import AddPart, Mix, Regenerate, Scope, Silence, SwapInstrument
from music.variation.piece import Piece, Studio, beside, folded, is_inside, parts_in, touched
from music.variation.tuning import range_of

_DRUM_CHANNEL = 9
# Each seed is tried with one of these added to the energy of the sections: where a style has a single rhythm for a
# section as it is, a quieter or a louder one may have another.
_ENERGY_SHIFTS = (0.0, 0.0, 0.0, 0.15, -0.15, 0.3, -0.3, 0.45)
_ALIKE = 0.6  # share of notes that are the same, above which a part written anew is not new
_LOUDEST_DB, _SOFTEST_DB = 12.0, -60.0
_DRY_DB, _WETTEST_DB = -16.0, 0.0


def mix(piece: Piece, change: Mix, _studio: Studio) -> Piece:
    """Set parts elsewhere in the mix; their notes stay."""
    parts = tuple(
        replace(planned, mix=_mixed(planned.mix, change)) if planned.role in change.roles else planned
        for planned in piece.plan.parts
    )
    return piece.planned_as(replace(piece.plan, parts=parts))


def _mixed(before: PartMix, change: Mix) -> PartMix:
    reverb = before.reverb_send_db
    if change.reverb_db:
        reverb = min(_WETTEST_DB, (_DRY_DB - 6.0 if reverb is None else reverb) + change.reverb_db)
    return replace(
        before,
        gain_db=max(_SOFTEST_DB, min(_LOUDEST_DB, before.gain_db + change.gain_db)),
        pan=before.pan if change.pan is None else change.pan,
        reverb_send_db=reverb,
    )


def swap_instrument(piece: Piece, change: SwapInstrument, studio: Studio) -> Piece:
    """Give a part to another instrument; notes beyond that one's range are played in the nearest octave it has."""
    parts = tuple(
        replace(planned, instrument=change.instrument) if planned.role is change.role else planned
        for planned in piece.plan.parts
    )
    swapped = piece.planned_as(replace(piece.plan, parts=parts))
    part = swapped.part(change.role)
    if part is None or change.role is Role.DRUMS:
        return swapped
    low, high = range_of(part, studio)
    notes = [note._replace(midi_note=folded(note.midi_note, low, high)) for note in part.notes]
    return swapped.with_notes({change.role: beside((), notes, end_ticks=piece.score.length_ticks)})


def regenerate(piece: Piece, change: Regenerate, studio: Studio) -> Piece:
    """Write parts anew where they are meant; seeds are tried in order until one gives something new.

    What had been changed about these bars before, other than the plan's own fields, is written over.
    """
    notes, planned = {}, {part.role: part for part in piece.plan.parts}
    for part in parts_in(piece, change.scope):
        inside, outside = touched(piece, part, change.scope, studio.style)
        best: tuple[float, int, list[Note]] | None = None
        for attempt, shift in enumerate(_ENERGY_SHIFTS):
            seed = _seed(studio.seed, part.role, attempt)
            tried = replace(
                piece.plan,
                parts=_with_part(piece.plan, replace(planned[part.role], seed=seed)),
                sections=_shifted(piece.plan, shift),
            )
            written = composed(tried, part.role, studio)
            fresh, _ = touched(piece, replace(part, notes=written), change.scope, studio.style)
            alike = _likeness(inside, fresh)
            if best is None or alike < best[0]:
                best = (alike, seed, fresh)
            if alike <= _ALIKE:
                break
        assert best is not None  # there is at least one try
        notes[part.role] = beside(outside, best[2], end_ticks=piece.score.length_ticks)
        planned[part.role] = replace(planned[part.role], seed=best[1])
    parts = tuple(planned[part.role] for part in piece.plan.parts)
    return piece.with_notes(notes).planned_as(replace(piece.plan, parts=parts))


def _shifted(plan: Plan, shift: float) -> tuple[Section, ...]:
    """Return the sections with more or less energy, within 0 and 1."""
    return tuple(replace(one, energy=min(1.0, max(0.0, one.energy + shift))) for one in plan.sections)


def _seed(seed: int, role: Role, attempt: int) -> int:
    text = f"{seed}/vary/{role.value}/{attempt}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")


def _likeness(before: list[Note], after: list[Note]) -> float:
    """Return the share of notes that begin at about the same place on the same pitch, 0 to 1."""
    if not before and not after:
        return 0.0
    grid = 120
    was = Counter((round(note.start_ticks / grid), note.midi_note) for note in before)
    now = Counter((round(note.start_ticks / grid), note.midi_note) for note in after)
    return sum((was & now).values()) / max(sum(was.values()), sum(now.values()), 1)


def composed(plan: Plan, role: Role, studio: Studio) -> tuple[Note, ...]:
    """Have the composer write a part as planned."""
    return next(part.notes for part in studio.compose(plan).parts if part.role is role)


def add_part(piece: Piece, change: AddPart, studio: Studio) -> Piece:
    """Have a part join in; a part that is there fills the rests it has in those bars."""
    there = piece.part(change.role)
    if there is None:
        planned = PlannedPart(
            role=change.role, instrument=change.instrument, mix=studio.style.part(change.role).mix,
            rests_in=_sections_outside(piece, change.bars),
        )  # fmt: skip
        parts = sorted((*piece.plan.parts, planned), key=lambda part: list(Role).index(part.role))
        plan = replace(piece.plan, parts=tuple(parts))
        kept: list[Note] = []
    else:
        plan = replace(piece.plan, parts=tuple(_playing_again(piece, part, change) for part in piece.plan.parts))
        kept = list(there.notes)
    spans = piece.spans(change.bars)
    played = {note.start_ticks // piece.bar_ticks for note in kept}
    loud_enough = replace(plan, sections=_loud_enough(piece, change, studio))
    written = [
        note
        for note in composed(loud_enough, change.role, studio)
        if is_inside(note.start_ticks, spans) and note.start_ticks // piece.bar_ticks not in played
    ]
    if there is not None:
        low, high = range_of(there, studio)
        written = [note._replace(midi_note=folded(note.midi_note, low, high)) for note in written]
        notes = beside(kept, written, end_ticks=piece.score.length_ticks)
        return piece.planned_as(plan).with_notes({change.role: notes})
    name = change.role.value.replace("_", "-").capitalize()
    joined = Part(
        role=change.role, name=name, instrument=change.instrument, channel=_free_channel(piece, change.role),
        notes=tuple(written), mix=studio.style.part(change.role).mix,
    )  # fmt: skip
    order = [part.role for part in plan.parts]
    all_parts = tuple(sorted((*piece.score.parts, joined), key=lambda part: order.index(part.role)))
    return piece.planned_as(plan, parts=all_parts)


def _loud_enough(piece: Piece, change: AddPart, studio: Studio) -> tuple[Section, ...]:
    """Return the sections with energy enough where the part is asked for that the style lets it play there."""
    enters = min(1.0, studio.style.part(change.role).enters_from_energy)
    spans = piece.spans(change.bars)
    return tuple(
        replace(section, energy=max(section.energy, enters))
        if change.bars and is_inside((section.start_bar - 1) * piece.bar_ticks, spans)
        else section
        for section in piece.plan.sections
    )


def _sections_outside(piece: Piece, bars: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    if not bars:
        return ()
    return tuple(section.name for section in piece.plan.sections if not _covers(bars, section))


def _covers(bars: tuple[tuple[int, int], ...], section: Section) -> bool:
    last = section.start_bar + section.n_bars - 1
    return any(first <= last and section.start_bar <= end for first, end in bars)


def _playing_again(piece: Piece, planned: PlannedPart, change: AddPart) -> PlannedPart:
    if planned.role is not change.role:
        return planned
    wanted = {section.name for section in piece.plan.sections if not change.bars or _covers(change.bars, section)}
    return replace(planned, rests_in=tuple(name for name in planned.rests_in if name not in wanted))


def _free_channel(piece: Piece, role: Role) -> int:
    if role is Role.DRUMS:
        return _DRUM_CHANNEL
    taken = {part.channel for part in piece.score.parts}
    return next(channel for channel in range(16) if channel != _DRUM_CHANNEL and channel not in taken)


def _with_part(plan: Plan, planned: PlannedPart) -> tuple[PlannedPart, ...]:
    return tuple(planned if part.role is planned.role else part for part in plan.parts)


def silence(piece: Piece, change: Silence, studio: Studio) -> Piece:
    """Take notes out; a part without any note left leaves the piece. RequestInvalid where nothing would be left."""
    notes: dict[Role, list[Note]] = {}
    planned = {part.role: part for part in piece.plan.parts}
    excluded = piece.plan.excluded_drums
    for part in parts_in(piece, change.scope):
        _, outside = touched(piece, part, change.scope, studio.style)
        notes[part.role] = outside
        if not change.scope.drums and change.scope.bars:
            rests = (*planned[part.role].rests_in, *_sections_within(piece, change.scope))
            planned[part.role] = replace(planned[part.role], rests_in=tuple(dict.fromkeys(rests)))
    if change.scope.drums and not change.scope.bars:
        excluded = tuple(dict.fromkeys((*excluded, *change.scope.drums)))
    left = tuple(planned[part.role] for part in piece.plan.parts if notes.get(part.role, [part]))
    if not left:
        raise RequestInvalid("nothing would be left to play; name the parts or the sections that are to rest")
    is_sung = any(part.role is Role.MELODY for part in left)
    lyrics = piece.plan.lyrics if is_sung else ()
    return piece.with_notes(notes).planned_as(replace(piece.plan, parts=left, excluded_drums=excluded, lyrics=lyrics))


def _sections_within(piece: Piece, scope: Scope) -> tuple[str, ...]:
    spans = piece.spans(scope.bars)
    length = piece.bar_ticks
    return tuple(
        section.name
        for section in piece.plan.sections
        if all(
            is_inside(bar * length, spans)
            for bar in range(section.start_bar - 1, section.start_bar - 1 + section.n_bars)
        )
    )
