"""What differs between two scores: tempo, key, form, chords, players, mix, and notes by part and section."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import groupby

from music.instrument import Role
from music.score import ChordSpan, Note, Part, PartMix, Score, Section

_MOVED_TICKS = 480  # a note of the same pitch that is at most so far away was moved
_MOST_CHORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesDifference:
    """How a part's notes differ in one section; a note counts once, by the first of these that fits."""

    role: Role
    section: str
    struck: int = 0  # at their place, with another velocity or length
    repitched: int = 0
    moved: int = 0
    added: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All notes that differ."""
        return self.struck + self.repitched + self.moved + self.added + self.removed


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDifference:
    """What differs, the second score seen from the first; ``lines`` tell all of it in words."""

    lines: tuple[str, ...]
    notes: tuple[NotesDifference, ...]


def compare_scores(before: Score, after: Score) -> ScoreDifference:
    """Compare two scores; sections of one name are laid over each other, wherever they stand."""
    notes = tuple(_notes(before, after))
    lines = (*_whole(before, after), *_form(before, after), *_chords(before, after), *_players(before, after))
    return ScoreDifference(lines=(*lines, *_told(notes)), notes=notes)


def _whole(before: Score, after: Score) -> Iterator[str]:
    pairs: list[tuple[str, object, object]] = [
        ("tempo", f"{before.tempo_bpm:g} BPM", f"{after.tempo_bpm:g} BPM"),
        ("key", before.key, after.key),
        ("metre", before.time_signature, after.time_signature),
        ("bars", before.n_bars, after.n_bars),
        ("length", f"{before.length_seconds:.1f} s", f"{after.length_seconds:.1f} s"),
    ]
    yield from (f"{name}: {was}, now {now}" for name, was, now in pairs if was != now)


def _form(before: Score, after: Score) -> Iterator[str]:
    names = [[section.name for section in score.sections] for score in (before, after)]
    if names[0] != names[1]:
        yield f"form: {', '.join(names[0])}, now {', '.join(names[1])}"
        return
    for was, now in zip(before.sections, after.sections, strict=True):
        if was.n_bars != now.n_bars:
            yield f"{was.name}: {was.n_bars} bars, now {now.n_bars}"


def _chords(before: Score, after: Score) -> Iterator[str]:
    for was, now in _shared_sections(before, after):
        old, new = _chord_labels(before, was), _chord_labels(after, now)
        if was.n_bars == now.n_bars and old != new:
            yield f"chords of {now.name}: {_shown(old)}, now {_shown(new)}"


def _chord_labels(score: Score, section: Section) -> list[str]:
    bar = score.time_signature.ticks_per_bar
    start, end = (section.start_bar - 1) * bar, (section.start_bar - 1 + section.n_bars) * bar

    def label(span: ChordSpan) -> str:
        return span.chord.label if span.chord else "N.C."

    inside = [span for span in score.chords if span.start_ticks < end and span.end_ticks > start]
    return [name for name, _ in groupby(map(label, inside))]


def _shown(labels: list[str]) -> str:
    return " ".join(labels[:_MOST_CHORDS]) + (" …" if len(labels) > _MOST_CHORDS else "")


def _players(before: Score, after: Score) -> Iterator[str]:
    was, now = ({part.role: part for part in score.parts} for score in (before, after))
    for role in Role:
        old, new = was.get(role), now.get(role)
        name = _spoken(role)
        if old is None and new is not None:
            yield f"{name}: {new.instrument} joins in, {len(new.notes)} notes"
        elif old is not None and new is None:
            yield f"{name}: {old.instrument} is left out"
        elif old is not None and new is not None:
            if old.instrument != new.instrument:
                yield f"{name}: {old.instrument}, now {new.instrument}"
            if mixed := ", ".join(_mix(old.mix, new.mix)):
                yield f"{name}: {mixed}"


def _mix(was: PartMix, now: PartMix) -> Iterator[str]:
    if was.gain_db != now.gain_db:
        yield f"{now.gain_db - was.gain_db:+.1f} dB"
    if was.pan != now.pan:
        yield f"pan {was.pan:+.2f}, now {now.pan:+.2f}"
    if was.reverb_send_db != now.reverb_send_db:
        sends = ["dry" if send is None else f"{send:g} dB" for send in (was.reverb_send_db, now.reverb_send_db)]
        yield f"reverb {sends[0]}, now {sends[1]}"


def _spoken(role: Role) -> str:
    return role.value.replace("_", "-")


# Notes


def _shared_sections(before: Score, after: Score) -> Iterator[tuple[Section, Section]]:
    """Yield the sections that both have: those of one name, the first with the first."""
    waiting: dict[str, list[Section]] = defaultdict(list)
    for section in before.sections:
        waiting[section.name].append(section)
    for section in after.sections:
        if waiting[section.name]:
            yield waiting[section.name].pop(0), section


def _notes(before: Score, after: Score) -> Iterator[NotesDifference]:
    old = {part.role: part for part in before.parts}
    for part in after.parts:
        if part.role not in old:
            continue
        for was, now in _shared_sections(before, after):
            offset = min(0, now.n_bars - was.n_bars)  # a section made shorter or longer keeps its end
            later = max(0, now.n_bars - was.n_bars)
            one = _inside(before, old[part.role], was, -offset)
            other = _inside(after, part, now, later)
            found = _difference(part.role, now.name, one, other)
            if found.total:
                yield found


def _inside(score: Score, part: Part, section: Section, skipped_bars: int) -> list[Note]:
    """Return a section's notes, in ticks from its start; bars that the other has not are skipped there."""
    bar = score.time_signature.ticks_per_bar
    start, end = (section.start_bar - 1 + skipped_bars) * bar, (section.start_bar - 1 + section.n_bars) * bar
    return [
        note._replace(start_ticks=note.start_ticks - start) for note in part.notes if start <= note.start_ticks < end
    ]


def _difference(role: Role, section: str, was: list[Note], now: list[Note]) -> NotesDifference:
    one, other = Counter(was), Counter(now)
    gone, fresh = sorted((one - other).elements()), sorted((other - one).elements())
    gone, fresh, struck = _matched(gone, fresh, lambda note: (note.start_ticks, note.midi_note))
    gone, fresh, repitched = _matched(gone, fresh, lambda note: note.start_ticks)
    gone, fresh, moved = _moved(gone, fresh)
    return NotesDifference(
        role=role, section=section, struck=struck, repitched=repitched, moved=moved, added=len(fresh), removed=len(gone)
    )


def _matched(
    gone: list[Note], fresh: list[Note], key: Callable[[Note], Hashable]
) -> tuple[list[Note], list[Note], int]:
    waiting: dict[Hashable, list[Note]] = defaultdict(list)
    for note in gone:
        waiting[key(note)].append(note)
    left = []
    for note in fresh:
        if waiting[key(note)]:
            waiting[key(note)].pop()
        else:
            left.append(note)
    return sorted(note for notes in waiting.values() for note in notes), left, len(fresh) - len(left)


def _moved(gone: list[Note], fresh: list[Note]) -> tuple[list[Note], list[Note], int]:
    """Pair notes of one pitch that lie near each other, each with the nearest that is left."""
    left = []
    for note in fresh:
        near = [old for old in gone if old.midi_note == note.midi_note and _gap(old, note) <= _MOVED_TICKS]
        if near:
            gone.remove(min(near, key=lambda old: _gap(old, note)))
        else:
            left.append(note)
    return gone, left, len(fresh) - len(left)


def _gap(one: Note, other: Note) -> int:
    return abs(one.start_ticks - other.start_ticks)


def _told(notes: tuple[NotesDifference, ...]) -> Iterator[str]:
    """Tell of each part in a line, sections with the same to tell together."""
    for role, rows in groupby(notes, key=lambda row: row.role):
        by_words: dict[str, list[str]] = {}
        for row in rows:
            by_words.setdefault(_words(row), []).append(row.section)
        told = "; ".join(f"{words} in {', '.join(sections)}" for words, sections in by_words.items())
        yield f"{_spoken(role)}: {told}"


def _words(row: NotesDifference) -> str:
    counts = [
        (row.added, "added"),
        (row.removed, "removed"),
        (row.moved, "moved"),
        (row.repitched, "with another pitch"),
        (row.struck, "with another velocity or length"),
    ]
    return ", ".join(f"{n} {'note' if n == 1 else 'notes'} {words}" for n, words in counts if n)
