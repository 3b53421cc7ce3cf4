"""Which style and which sounds suit given music, and what a style's harmony usually does."""

import math
from collections import Counter
from collections.abc import Mapping

from music.blend import blend_styles
from music.brief import Brief
from music.clip.clip import Clip
from music.clip.findings import Findings
from music.clip.patterns import drum_bars
from music.instrument import Role
from music.numeral import numeral_to_chord
from music.pitch import Key
from music.style import Style
from workflows.planner.repertoire import Repertoire

_FAMILY = 8  # General MIDI lists its sounds in families of eight


def likely_style(brief: Brief, clip: Clip, findings: Findings, repertoire: Repertoire, *, seed: int) -> Style:
    """Return the style asked for, or the one nearest to what was found: tempo, metre, swing, drums, sounds."""
    if brief.blend:
        return blend_styles(repertoire.styles, brief.blend, seed).style
    if brief.genre is not None:
        return repertoire.styles[brief.genre]
    default = repertoire.lexicon.default_style

    def likeness(style: Style) -> float:
        score = 0.4 if style.id == default else 0.0
        low, high = style.tempo_range_bpm
        score += 1.0 if low <= clip.tempo_bpm <= high else -2.0 * abs(math.log(clip.tempo_bpm / style.tempo_bpm))
        score += 1.0 if clip.time_signature in style.time_signatures else 0.0
        score -= 2.0 * _swing_distance(style, findings)
        score += 1.5 * _drum_likeness(style, clip, findings)
        programs = {program for _, program in findings.programs if program is not None}
        own = {
            repertoire.instruments[part.instrument].general_midi.program
            for part in style.parts.values()
            if part.instrument
        }
        score += 0.5 * len(programs & own) / max(1, len(programs))
        if findings.key:
            score += 0.3 * (findings.key.key.mode in style.modes)
        score += 0.5 * sum(
            instrument in (p.instrument for p in style.parts.values()) for instrument in brief.instruments
        )
        return score

    return max(sorted(repertoire.styles.values(), key=lambda style: style.id), key=likeness)


def _swing_distance(style: Style, findings: Findings) -> float:
    """Return how far apart two feels are: nothing when both are straight or swing alike, 1 for straight and swung."""
    found = findings.swing
    if not found.swing or not style.swing:
        return abs(found.swing - style.swing)
    return abs(found.swing - style.swing) if found.unit is style.swing_unit else 1.0


def _drum_likeness(style: Style, clip: Clip, findings: Findings) -> float:
    """Return the share, 0 to 1, of kicks and snares that the style's nearest groove has where the clip has them."""
    drums = next((part for part in findings.parts if part.role is Role.DRUMS), None)
    if drums is None:
        return 0.0
    bars = drum_bars(drums.notes, findings.swing, clip.time_signature, clip.n_bars)
    counted: Counter[tuple[str, float]] = Counter()
    for bar in bars:
        for lane in ("kick", "snare", "clap", "rim"):
            text = bar.get(lane, "")
            counted.update((_voice(lane), i / len(text)) for i, mark in enumerate(text) if mark in "xX")
    found = {place for place, count in counted.items() if count >= len(bars) / 2}
    best = 0.0
    for groove in style.drums.grooves:
        if groove.meter != clip.time_signature:
            continue
        own = set()
        for lane in ("kick", "snare", "clap", "rim"):
            for text in groove.lanes.get(lane, ())[:1]:
                cells = text.replace(" ", "").replace("|", "")
                own |= {(_voice(lane), i / len(cells)) for i, mark in enumerate(cells) if mark in "xX"}
        if own | found:
            best = max(best, len(own & found) / len(own | found))
    return best


def _voice(lane: str) -> str:
    return "kick" if lane == "kick" else "backbeat"


def instrument_for(role: Role, program: int | None, style: Style, repertoire: Repertoire) -> str:
    """Return the instrument that sounds like a General MIDI program, of its family at least, else the style's own."""
    is_kit = role is Role.DRUMS
    able = [i for i in repertoire.instruments.values() if i.general_midi.is_drum_kit == is_kit]
    exact = [i for i in able if i.general_midi.program == program and i.general_midi.bank == 0]
    if exact:
        return next((i.id for i in exact if role in i.roles), exact[0].id)
    own = style.part(role).instrument
    if program is not None and not is_kit:
        kin = [i for i in able if i.general_midi.program // _FAMILY == program // _FAMILY]
        if kin:
            return min(kin, key=lambda i: (role not in i.roles, abs(i.general_midi.program - program), i.id)).id
    return own or repertoire.able(role)[0].id


def habits_of(
    style: Style, key: Key
) -> tuple[Mapping[tuple[int, int], float], Mapping[tuple[int, bool], tuple[str, ...]]]:
    """Return how often a style goes from one degree to another, and the colours that it gives to each degree's chord.

    Degrees are semitones above the tonic; True stands for a minor third.
    """
    harmony = next((h for h in style.harmony if h.mode is key.mode), None)
    harmony = harmony or next((h for h in style.harmony if h.mode.is_minor == key.mode.is_minor), style.harmony[0])
    moves: Counter[tuple[int, int]] = Counter()
    colours: dict[tuple[int, bool], Counter[str]] = {}
    for texts in harmony.progressions.values():
        for text in texts:
            numerals = [n for n in text.replace("|", " ").split() if n != "%"]
            chords = [numeral_to_chord(numeral, key, harmony.mode) for numeral in numerals]
            degrees = [(chord.root_pitch_class - key.pitch_class) % 12 for chord in chords]
            moves.update(zip(degrees, [*degrees[1:], degrees[0]], strict=True))
            for chord, degree in zip(chords, degrees, strict=True):
                is_minor = len(chord.intervals) > 1 and chord.intervals[1] == 3
                colours.setdefault((degree, is_minor), Counter())[chord.quality] += 1
    most = max(moves.values(), default=1)
    return (
        {move: count / most for move, count in moves.items()},
        {degree: tuple(q for q, _ in counted.most_common()) for degree, counted in colours.items()},
    )
