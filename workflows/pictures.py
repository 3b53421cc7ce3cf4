"""Pictures of a session or a take, as PNG.

This module brings Pillow; it is loaded with the first picture.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from analysis.pictures.canvas import Line
from analysis.pictures.mixer import StripPicture, draw_mixer
from analysis.pictures.piano_roll import RollNote, draw_piano_roll
from analysis.pictures.sound import draw_spectrogram, draw_waveform
from daw_bridge.daw import Daw
from daw_bridge.meters import MeterReading
from music.errors import RequestInvalid
from music.note_text import NOTE_TICKS_PER_QUARTER, from_rows
from music.place import TempoMap
from music.score import Score
from music.session import Region, Route, RouteKind, SessionSnapshot
from music.time import BBT, TICKS_PER_QUARTER
from workflows.render import find_region, find_route
from workflows.sounds import Sound

Bars = tuple[int | None, int | None]
"""The first and the last bar, included; None: where what is drawn begins or ends."""

_MOST_LINES = 800
_SECONDS_WITH_BEATS = 40.0


def picture_sound(sound: Sound, *, is_spectrogram: bool) -> bytes:
    """Draw a sound's waveform or its spectrogram."""
    recording = sound.read()
    draw = draw_spectrogram if is_spectrogram else draw_waveform
    return draw(sound.title, recording.audio, recording.sample_rate_hz, sound.lines, sound.markers)


def picture_mixer(session: SessionSnapshot, meters: MeterReading | None) -> bytes:
    """Draw the mixer, with what the meters showed where they were read."""
    levels = {strip.id: strip for strip in meters.strips} if meters else {}
    strips = [
        StripPicture(
            name=route.name,
            colour=route.colour,
            gain_db=route.gain_db,
            pan=route.pan,
            is_muted=route.is_muted,
            is_soloed=route.is_soloed,
            peak_db=levels[route.id].peak_db if route.id in levels else None,
            typical_db=levels[route.id].typical_db if route.id in levels else None,
        )
        for route in session.routes
    ]
    told = "meters: peak orange, typical green" if meters else "not playing, so no meters"
    return draw_mixer(f"{session.name} · mixer · {told}", strips)


def picture_score(title: str, score: Score, parts: Sequence[str], bars: Bars) -> bytes:
    """Draw some bars of the parts of a take, or of some of them by role or name."""
    chosen = [part for part in score.parts if not parts or part.role.value in parts or part.name in parts]
    if not chosen:
        names = ", ".join(part.role.value for part in score.parts)
        raise RequestInvalid(f"the take has no part {', '.join(parts)}; it has {names}")
    notes = [
        RollNote(
            note.start_ticks / TICKS_PER_QUARTER,
            note.duration_ticks / TICKS_PER_QUARTER,
            note.midi_note,
            note.velocity,
            series,
        )
        for series, part in enumerate(chosen)
        for note in part.notes
    ]
    meter = score.time_signature
    first_bar, last_bar = _choose_bars(bars, 1, math.ceil(score.length_ticks / meter.ticks_per_bar))
    bar, beat = meter.ticks_per_bar / TICKS_PER_QUARTER, meter.ticks_per_beat / TICKS_PER_QUARTER
    length = (last_bar + 1 - first_bar) * bar
    lines = [
        Line(
            n * beat, str(n // meter.beats + first_bar) if n % meter.beats == 0 else "", is_strong=n % meter.beats == 0
        )
        for n in range(round(length / beat) + 1)
    ]
    shown = _between(notes, (first_bar - 1) * bar, length)
    markers = [Line((section.start_bar - first_bar) * bar, section.name) for section in score.sections]
    title = f"{title} · bars {first_bar}-{last_bar}"
    return draw_piano_roll(title, shown, lines, length, [part.name for part in chosen], markers)


def _choose_bars(bars: Bars, first_bar: int, last_bar: int) -> tuple[int, int]:
    """Return the first and last bar to draw, by default all that hold something; RequestInvalid where none does."""
    first, last = bars[0] or first_bar, min(bars[1] or last_bar, last_bar)
    if first > last:
        raise RequestInvalid(f"what could be drawn lies in bars {first_bar} to {last_bar}; ask for some of these")
    return first, last


def _between(notes: Iterable[RollNote], start: float, length: float) -> list[RollNote]:
    """Return what sounds in a stretch of so many quarter notes, from where that starts."""
    cut = []
    for note in notes:
        first, end = max(note.start - start, 0.0), min(note.start + note.length - start, length)
        if first < end:
            cut.append(replace(note, start=first, length=end - first))
    return cut


async def picture_notes(
    daw: Daw, session: SessionSnapshot, *, region: str | None, tracks: Sequence[str], bars: Bars
) -> bytes:
    """Draw some bars of the notes of one MIDI region, or of MIDI tracks together (by default all of them)."""
    chosen = _note_regions(session, region, tracks)
    tempo_map = TempoMap(session.tempo_map)
    last_sample = max(found.position_samples + found.length_samples for _, found in chosen)
    last = tempo_map.place_at(last_sample, session.sample_rate_hz)
    last_bar = last.bar - 1 if last == BBT(last.bar) else last.bar
    first_bar, last_bar = _choose_bars(bars, min(found.start.bar for _, found in chosen), last_bar)
    origin, end = tempo_map.to_quarters(BBT(first_bar)), tempo_map.to_quarters(BBT(last_bar + 1))
    names = list(dict.fromkeys(route.name for route, _ in chosen))
    notes = []
    for route, found in chosen:
        answer = await daw.read("note_rows", {"region": found.id, "which": {}})
        start = float(tempo_map.to_quarters(found.start) - origin)
        series = names.index(route.name)
        for note in from_rows(str(answer["rows"])):
            at, length = start + note.start_ticks / NOTE_TICKS_PER_QUARTER, note.length_ticks / NOTE_TICKS_PER_QUARTER
            notes.append(RollNote(at, length, note.midi_note, note.velocity, series))
    title = f"{session.name} · {chosen[0][1].name if region else ', '.join(names)} · bars {first_bar}-{last_bar}"
    lines = list(_bar_lines(tempo_map, first_bar, last_bar + 1, origin))
    length = float(end - origin)
    markers = [Line(float(tempo_map.to_quarters(one.start) - origin), one.name) for one in session.markers]
    shown = _between(notes, 0.0, length)
    return draw_piano_roll(title, shown, lines, length, names if len(names) > 1 else (), markers)


def _bar_lines(tempo_map: TempoMap, first_bar: int, last_bar: int, origin: Fraction) -> Iterator[Line]:
    """Yield bars, and between them quarter notes, in quarter notes from the origin."""
    for bar in range(first_bar, last_bar + 1):
        start, end = tempo_map.to_quarters(BBT(bar)), tempo_map.to_quarters(BBT(bar + 1))
        yield Line(float(start - origin), str(bar), is_strong=True)
        if bar < last_bar:
            yield from (Line(float(start - origin) + beat) for beat in range(1, math.ceil(end - start)))


def _note_regions(session: SessionSnapshot, region: str | None, tracks: Sequence[str]) -> list[tuple[Route, Region]]:
    """Return the MIDI regions to draw with their tracks; RequestInvalid where there is none."""
    if region is not None:
        chosen = find_region(session, region)
        routes = [route for route in session.routes if chosen in route.regions]
        found = [(routes[0], chosen)]
    else:
        named = [find_route(session, name) for name in tracks] or session.routes
        found = [(route, one) for route in named if route.kind is RouteKind.MIDI_TRACK for one in route.regions]
    if not found or found[0][0].kind is not RouteKind.MIDI_TRACK:
        raise RequestInvalid("there are no MIDI notes to draw; name a MIDI track or region, or a take")
    return found


async def bar_lines(daw: Daw, *, from_seconds: float, seconds: float, sample_rate_hz: int) -> tuple[Line, ...]:
    """Return where Ardour has bars and beats in a stretch of the session, in seconds from its start."""
    first = round(from_seconds * sample_rate_hz)
    wanted = {
        "from_samples": first,
        "to_samples": first + round(seconds * sample_rate_hz),
        "has_beats": seconds < _SECONDS_WITH_BEATS,
        "limit": _MOST_LINES,
    }
    rows = str((await daw.read("bars", wanted))["rows"])
    lines = []
    for row in filter(None, rows.split(";")):
        bar, beat, samples = (int(value) for value in row.split())
        is_bar = beat == 1
        lines.append(Line((samples - first) / sample_rate_hz, str(bar) if is_bar else "", is_strong=is_bar))
    return tuple(lines)


def marker_lines(session: SessionSnapshot, from_seconds: float, seconds: float) -> tuple[Line, ...]:
    """Return the markers in a stretch of the session, in seconds from its start."""
    rate = session.sample_rate_hz
    places = [(marker.position_samples / rate - from_seconds, marker.name) for marker in session.markers]
    return tuple(Line(at, name) for at, name in places if 0 <= at < seconds)
