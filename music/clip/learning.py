"""A style learnt from clips: what can be measured comes from them, the rest from a style that is named as the base."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from music.clip.chords import FoundChords
from music.clip.clip import Clip
from music.clip.findings import chords_of, examine
from music.clip.learnt_rhythms import Studied, learn_drums, learn_part, learn_patterns, parts_of
from music.instrument import Role
from music.numeral import numeral_to_chord
from music.pitch import Key, Mode
from music.roman import chord_to_numeral
from music.style import Feel, Harmony, PartStyle, Style, SwingUnit
from music.time import TimeSignature

_FEWEST_SHARE = 0.3  # of the clips: what fewer have does not play unless it is asked for
_NEVER = 1.1  # an energy that no piece has: only when asked for
_MOST_PROGRESSIONS = 8
_PHRASE = 4  # bars of a progression
_NARROWEST = 0.06  # how far a tempo may be bent at least, as a share
_PLAIN_CADENCES = {True: "V | i", False: "V | I"}

InstrumentOf = Callable[[Role, int | None], str]
"""The instrument in the table that comes nearest to a General MIDI program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A learnt style, and an honest account of what it rests on, line by line."""

    style: Style
    account: tuple[str, ...]


def study(clip: Clip) -> Studied:
    """Find out what there is to learn from a clip."""
    findings = examine(clip)
    chords: FoundChords | None = chords_of(findings.parts, findings.key.key, clip) if findings.key else None
    return Studied(clip=clip, findings=findings, chords=chords.spans if chords else ())


def learn(studied: Sequence[Studied], *, style_id: str, title: str, base: Style, instrument_of: InstrumentOf) -> Learnt:
    """Return the style of the clips; ValueError where there are none."""
    if not studied:
        raise ValueError("a style is learnt from one clip at least")
    account: list[str] = []
    metres = _by_bars(studied, lambda one: one.clip.time_signature)
    n_bars = sum(one.clip.n_bars for one in studied)
    account.append(f"{len(studied)} files with {n_bars} bars, {', '.join(str(metre) for metre in metres)}")
    low, slow, usual, fast, high = _tempi(studied)
    account.append(f"tempo {low:g} to {high:g} BPM, usually {usual:g}")
    swing, unit = _swing(studied)
    account.append(f"{unit.value}s swung {round(100 * swing)} % of the way to triplets" if swing else "played straight")
    keyed = [one for one in studied if one.findings.key]
    harmony, modes, tonics = _harmony(keyed, base, account)
    parts = _parts(studied, base, instrument_of, account)
    drums = learn_drums(studied)
    if drums.grooves:
        account.append(f"{len(drums.grooves)} grooves and {len(drums.fills)} fills from {drums.n_bars} bars of drums")
    lengths = [one.clip.n_bars for one in studied]
    learnt_metres = {groove.meter for groove in drums.grooves}
    style = replace(
        base,
        id=style_id,
        title=title,
        synonyms=tuple(dict.fromkeys((title.lower(), style_id.replace("_", " ")))),
        tempo_bpm=usual,
        tempo_range_bpm=(low, high),
        slow_tempo_bpm=slow,
        fast_tempo_bpm=fast,
        time_signatures=metres,
        modes=modes,
        tonics=tonics,
        default_bars=max(4, round(median(lengths))),
        swing=swing,
        swing_unit=unit,
        harmony=harmony,
        parts=parts,
        drums=replace(
            base.drums,
            grooves=(
                *drums.grooves,
                *(g for g in base.drums.grooves if g.meter not in learnt_metres),
            ),
            fills=drums.fills or base.drums.fills,
        )
        if drums.grooves
        else base.drums,
    )
    account.append(f"from {base.title}: forms, voicings, mix, loudness, and what is said above to be its own")
    return Learnt(style=style, account=tuple(account))


def _by_bars(studied: Sequence[Studied], of: Callable[[Studied], TimeSignature]) -> tuple[TimeSignature, ...]:
    counted: Counter[TimeSignature] = Counter()
    for one in studied:
        counted[of(one)] += one.clip.n_bars
    return tuple(value for value, _ in counted.most_common())


def _tempi(studied: Sequence[Studied]) -> tuple[float, float, float, float, float]:
    tempi = sorted(one.clip.tempo_bpm for one in studied)
    usual = round(median(tempi), 1)
    low = round(min(tempi[0], usual * (1 - _NARROWEST)), 1)
    high = round(max(tempi[-1], usual * (1 + _NARROWEST)), 1)
    slow, fast = tempi[len(tempi) // 4], tempi[-1 - len(tempi) // 4]
    slow = min(round(min(slow, usual * (1 - _NARROWEST / 2)), 1), usual)
    fast = max(round(max(fast, usual * (1 + _NARROWEST / 2)), 1), usual)
    return low, max(low, slow), usual, min(high, fast), high


def _swing(studied: Sequence[Studied]) -> tuple[float, SwingUnit]:
    """Return the middle swing of the unit that most clips swing, or none where most are straight."""
    swung = [one.findings.swing for one in studied if one.findings.swing.swing]
    if len(swung) * 2 < len(studied):
        return 0.0, SwingUnit.EIGHTH
    unit = Counter(found.unit for found in swung).most_common(1)[0][0]
    return round(median(found.swing for found in swung if found.unit is unit), 2), unit


def _harmony(
    studied: Sequence[Studied], base: Style, account: list[str]
) -> tuple[tuple[Harmony, ...], tuple[Mode, ...], tuple[str, ...]]:
    """Return the progressions of each mode in numerals, four bars each, and modes and tonics, the commonest first."""
    by_mode: dict[Mode, list[tuple[Studied, Key]]] = {}
    tonics: Counter[str] = Counter()
    for one in studied:
        if one.findings.key and one.chords:
            key = one.findings.key.key
            by_mode.setdefault(key.mode, []).append((one, key))
            tonics[key.tonic] += 1
    if not by_mode:
        account.append(f"no chords to learn from: harmony and keys are those of {base.title}")
        return base.harmony, base.modes, base.tonics
    found: list[Harmony] = []
    ranked = sorted(by_mode.items(), key=lambda item: -sum(one.clip.n_bars for one, _ in item[1]))
    for mode, clips in ranked:
        phrases: Counter[str] = Counter()
        endings: Counter[str] = Counter()
        for one, key in clips:
            bars = _numerals(one, key)
            for start in range(0, len(bars) - len(bars) % _PHRASE, _PHRASE):
                phrase = bars[start : start + _PHRASE]
                if all(phrase):
                    phrases[" | ".join(phrase)] += 1
            if len(bars) >= 2 and all(bars[-2:]) and _is_home(bars[-1], mode):
                endings[" | ".join(bars[-2:])] += 1
        if not phrases:
            continue
        cadence = endings.most_common(1)[0][0] if endings else _usual_cadence(base, mode)
        progressions = tuple(text for text, _ in phrases.most_common(_MOST_PROGRESSIONS))
        found.append(Harmony(mode=mode, progressions={"any": progressions}, cadence=cadence))
        n_bars = sum(one.clip.n_bars for one, _ in clips)
        account.append(
            f"{len(progressions)} progressions in {mode.value} from {n_bars} bars: {'; '.join(progressions[:3])}"
        )
    if not found:
        account.append(f"no phrase of {_PHRASE} bars to learn from: harmony is that of {base.title}")
        return base.harmony, base.modes, base.tonics
    return tuple(found), tuple(h.mode for h in found), tuple(tonic for tonic, _ in tonics.most_common(7))


def _numerals(one: Studied, key: Key) -> list[str]:
    """Return a text of numerals for each bar; an empty one where a chord has none."""
    texts = []
    for changes in one.bars:
        numerals = [chord_to_numeral(chord, key) if chord else None for _, chord in changes]
        told = [numeral for numeral, before in zip(numerals, [None, *numerals], strict=False) if numeral != before]
        texts.append(" ".join(numeral for numeral in told if numeral) if all(numerals) else "")
    return texts


def _is_home(text: str, mode: Mode) -> bool:
    key = Key("C", mode)
    chord = numeral_to_chord(text.rsplit(maxsplit=1)[-1], key, mode)
    return chord.root_pitch_class == key.pitch_class


def _usual_cadence(base: Style, mode: Mode) -> str:
    own = next((harmony.cadence for harmony in base.harmony if harmony.mode is mode), None)
    return own or _PLAIN_CADENCES[mode.is_minor]


def _parts(
    studied: Sequence[Studied], base: Style, instrument_of: InstrumentOf, account: list[str]
) -> dict[Role, PartStyle]:
    parts: dict[Role, PartStyle] = {}
    for role in Role:
        own = parts_of(studied, role)
        style = base.part(role)
        if role is Role.EFFECTS:  # they follow the form, which is the base's
            parts |= {role: style} if role in base.parts else {}
            continue
        if not own:
            if role in base.parts:
                parts[role] = replace(style, plays_from_energy=max(style.plays_from_energy, _NEVER))
                account.append(f"no {_spoken(role)} in any file: it plays as in {base.title}, and only when asked for")
            continue
        share = len(own) / len(studied)
        patterns, n_bars = ((), 0) if role is Role.DRUMS else learn_patterns(studied, role)
        programs = Counter(program for one in studied for r, program in one.findings.programs if r is role)
        instrument = instrument_of(role, programs.most_common(1)[0][0])
        feel = Feel(
            late_seconds=round(median(part.feel.late_seconds for part in own), 4),
            drift_seconds=round(median(part.feel.drift_seconds for part in own), 4),
            velocity_spread=round(median(part.feel.velocity_spread for part in own), 1),
        )
        parts[role] = replace(
            style,
            instrument=instrument,
            plays_from_energy=0.0 if share >= _FEWEST_SHARE else _NEVER,
            enters_from_energy=0.0 if role not in base.parts else style.enters_from_energy,
            patterns=patterns or style.patterns,
            feel=feel,
            **learn_part(studied, role, style, energy=base.energy),  # type: ignore[arg-type]  # fields of PartStyle, by name
        )
        if patterns:
            account.append(f"{len(patterns)} rhythms of the {_spoken(role)} from {n_bars} bars, on {instrument}")
    return parts


def _spoken(role: Role) -> str:
    return role.value.replace("_", " ")
