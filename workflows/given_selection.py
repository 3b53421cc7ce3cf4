"""The MIDI regions that are selected in the open session, as a clip that starts on the bar of the first one."""

from collections.abc import Iterator
from fractions import Fraction

from music.clip.clip import Clip, ClipTrack, without_overlaps
from music.clip.reading import MOST_BARS, MOST_NOTES
from music.errors import RequestInvalid
from music.note_text import NOTE_TICKS_PER_QUARTER, from_rows
from music.place import TempoMap
from music.score import Note
from music.session import Region, Route, SessionSnapshot, TempoPoint
from music.time import BBT, TICKS_PER_QUARTER


def clip_of_selection(session: SessionSnapshot) -> tuple[Clip, int]:
    """Return the selected MIDI regions as a clip, a track each for the tracks they are on, and its first bar.

    RequestInvalid where none is selected, where they hold no note or too much, and where the metre changes in them.
    """
    chosen = list(_selected(session))
    if not chosen:
        raise RequestInvalid("no MIDI region is selected in Ardour; select the notes to start from, and ask again")
    first_bar = min(region.start.bar for _, region in chosen)
    tempo_map = TempoMap(session.tempo_map)
    origin = tempo_map.to_quarters(BBT(first_bar))
    tracks: dict[tuple[str, int], list[Note]] = {}
    programs: dict[tuple[str, int], int] = {}
    for route, region in chosen:
        shift = tempo_map.to_quarters(region.start) - origin
        for row in from_rows(region.notes):
            start = round((shift + Fraction(row.start_ticks, NOTE_TICKS_PER_QUARTER)) * TICKS_PER_QUARTER)
            length = round(Fraction(row.length_ticks * TICKS_PER_QUARTER, NOTE_TICKS_PER_QUARTER))
            key = (route.name, row.channel - 1)
            tracks.setdefault(key, []).append(Note(start, length, row.midi_note, row.velocity))
            if region.programs:
                programs.setdefault(key, int(region.programs.split(";")[0].split()[2]))
    notes = [note for found in tracks.values() for note in found]
    if not notes or len(notes) > MOST_NOTES:
        raise RequestInvalid(f"the selected regions hold {len(notes)} notes; 1 to {MOST_NOTES} can be given")
    point = _point_at(session.tempo_map, BBT(first_bar))
    length = point.time_signature.ticks_per_bar
    n_bars = max(note.start_ticks for note in notes) // length + 1
    if n_bars > MOST_BARS:
        raise RequestInvalid(f"the selected regions span {n_bars} bars; at most {MOST_BARS} can be given")
    clip = Clip(
        name=chosen[0][1].name if len(chosen) == 1 else f"{len(chosen)} regions",
        tempo_bpm=round(point.tempo_bpm, 3),
        time_signature=point.time_signature,
        signature_fifths=None,
        n_bars=n_bars,
        tracks=tuple(
            ClipTrack(
                name=name, channel=channel, program=programs.get((name, channel)), notes=without_overlaps(found)[0]
            )
            for (name, channel), found in tracks.items()
        ),
        notices=_notices(session, point, first_bar, n_bars),
    )
    return clip, first_bar


def _selected(session: SessionSnapshot) -> Iterator[tuple[Route, Region]]:
    for route in session.routes:
        for region in route.regions:
            if region.id in session.selected_regions and region.n_notes is not None:
                yield route, region


def _point_at(points: tuple[TempoPoint, ...], place: BBT) -> TempoPoint:
    return [point for point in points if point.start <= place][-1]


def _notices(session: SessionSnapshot, point: TempoPoint, first_bar: int, n_bars: int) -> tuple[str, ...]:
    """Tell of a tempo that changes; RequestInvalid for a metre that does."""
    inside = [one for one in session.tempo_map if BBT(first_bar) < one.start < BBT(first_bar + n_bars)]
    for one in inside:
        if one.time_signature != point.time_signature:
            raise RequestInvalid(
                f"the metre changes to {one.time_signature} in bar {one.start.bar}, inside the selected regions; "
                "select regions before or after it"
            )
    if inside or point.ramps_to_bpm is not None:
        return (f"the tempo changes inside the selected regions; {point.tempo_bpm:g} BPM, of their start, was taken",)
    return ()
