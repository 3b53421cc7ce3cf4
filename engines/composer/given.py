"""Writing to given music: the new parts take its groove, its swing and its feel, bar by bar."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engines.composer.arrangement import Arrangement, Stretch
from engines.composer.grid import hits_in_bar
from music.blend import blend_styles
from music.clip.groove import FoundSwing
from music.clip.patterns import Placed, drum_bars, place
from music.errors import NotFound
from music.given import Given, GivenPart
from music.instrument import Role
from music.names import nearest_name
from music.plan import Plan
from music.style import DrumPattern, Ending, Feel, PartStyle, Style
from music.time import TICKS_PER_QUARTER, TimeSignature

_NEVER_ENDS = 10_000  # bars from which on a piece would end on a held chord
_MOST_KICKS = 6  # in a bar of four quarters
_ACCENTED = 0.55  # of the bar's weightiest note: what counts as an accent
_SIXTEENTH = TICKS_PER_QUARTER // 4
_RIFF_ROLES = (Role.BASS, Role.CHORDS, Role.MELODY, Role.ARPEGGIO, Role.COUNTER_MELODY)


def style_of(plan: Plan, styles: Mapping[str, Style]) -> Style:
    """Return the style that a plan is played in: one of the table or a blend, fitted to what was given.

    NotFound for a style that is not there.
    """
    names = [share.style for share in plan.blend] or [plan.style]
    for name in names:
        if name not in styles:
            raise NotFound("style", name, nearest=nearest_name(name, styles))
    style = blend_styles(styles, plan.blend, plan.seed).style if plan.blend else styles[plan.style]
    return fitted_style(style, plan)


def fitted_style(style: Style, plan: Plan) -> Style:
    """Return the style as it is played with what the plan was given: its swing, its feel, no end of the style's own."""
    given = plan.given
    if given is None:
        return style
    feel = _common_feel(given)
    parts: dict[Role, PartStyle] = {}
    for planned in plan.parts:
        part = style.part(planned.role)
        follows = part.follows_kick or (planned.role is Role.BASS and _has_kick(given))
        instrument = part.instrument or planned.instrument
        parts[planned.role] = replace(
            part, instrument=instrument, feel=feel, follows_kick=follows, enters_from_energy=0.0
        )
    others = {role: part for role, part in style.parts.items() if role not in parts}
    return replace(
        style,
        swing=given.swing,
        swing_unit=given.swing_unit,
        swing_evens=0.0,
        endings=(Ending.HOLD,),  # as what was given comes to rest
        ending_from_bars=style.ending_from_bars if _comes_to_rest(given, plan) else _NEVER_ENDS,
        parts=parts | others,
    )


def with_given_groove(arrangement: Arrangement) -> Arrangement:
    """Return the arrangement with the grooves of given drums or, where there are none, a kick that plays the riff."""
    given = arrangement.plan.given
    if given is None:
        return arrangement
    drums = given.part(Role.DRUMS)
    if drums:
        return replace(arrangement, grooves=_found_grooves(arrangement, given, drums))
    return replace(arrangement, grooves=_accented_grooves(arrangement, given))


def _swing(given: Given) -> FoundSwing:
    return FoundSwing(swing=given.swing, unit=given.swing_unit, n_measured=0)


def _common_feel(given: Given) -> Feel:
    """Return the mean feel of the given players, the drums' own where they play: they keep the time."""
    drums = given.part(Role.DRUMS)
    feels = [drums.feel] if drums else [part.feel for part in given.parts]
    return Feel(
        late_seconds=sum(feel.late_seconds for feel in feels) / len(feels),
        drift_seconds=sum(feel.drift_seconds for feel in feels) / len(feels),
        velocity_spread=max(1.0, sum(feel.velocity_spread for feel in feels) / len(feels)),
    )


def _has_kick(given: Given) -> bool:
    drums = given.part(Role.DRUMS)
    return drums is not None and any(note.midi_note in (35, 36) for note in drums.notes)


def _comes_to_rest(given: Given, plan: Plan) -> bool:
    """Tell whether the last given bar is an ending: all that sounds in it begins on its first beat."""
    if plan.n_bars > given.n_bars:
        return True
    signature = plan.time_signature
    last_bar = (given.n_bars - 1) * signature.ticks_per_bar
    starts = [note.start_ticks - last_bar for part in given.parts for note in part.notes]
    late = [start for start in starts if start >= signature.ticks_per_beat * 3 // 4]
    return not late and any(start >= -_SIXTEENTH // 2 for start in starts)


def _found_grooves(arrangement: Arrangement, given: Given, drums: GivenPart) -> dict[int, DrumPattern | None]:
    """Write the given drums out as a groove per section, a text a bar; later bars take theirs from the start again."""
    signature = arrangement.time_signature
    bars = drum_bars(drums.notes, _swing(given), signature, given.n_bars)
    lanes = list(dict.fromkeys(lane for bar in bars for lane in bar))
    if not lanes:
        return dict(arrangement.grooves)
    silent = "." * len(next(text for bar in bars for text in bar.values()))
    grooves: dict[int, DrumPattern | None] = {}
    for stretch in arrangement.stretches:
        chosen = [bars[(_bar_index(stretch) + number) % given.n_bars] for number in range(len(stretch.bars))]
        grooves[stretch.index] = DrumPattern(
            lanes={lane: tuple(bar.get(lane, silent) for bar in chosen) for lane in lanes}, meter=signature
        )
    return grooves


def _bar_index(stretch: Stretch) -> int:
    """Return the section's first bar, from 0."""
    return stretch.section.start_bar - 1


def _accented_grooves(arrangement: Arrangement, given: Given) -> dict[int, DrumPattern | None]:
    """Keep the style's groove and move its kick to the accents of the riff, clear of the backbeat."""
    signature = arrangement.time_signature
    accents = _accents(given, signature)
    n_steps = signature.ticks_per_bar // _SIXTEENTH
    grooves: dict[int, DrumPattern | None] = {}
    for index, stretch in enumerate(arrangement.stretches):
        groove = arrangement.grooves[index]
        if groove is None or "kick" not in groove.lanes or not accents or signature.ticks_per_bar % _SIXTEENTH:
            grooves[index] = groove
            continue
        lanes = {
            lane: tuple(
                _rewritten(texts[number % len(texts)], groove.meter, signature, arrangement.backbeat)
                for number in range(len(stretch.bars))
            )
            for lane, texts in groove.lanes.items()
        }
        backbeats = _struck([lanes[lane] for lane in ("snare", "clap", "rim") if lane in lanes])
        kicks = []
        for number in range(len(stretch.bars)):
            wanted = accents[(_bar_index(stretch) + number) % given.n_bars]
            kicks.append(_kick_bar(wanted, lanes["kick"][number], backbeats, n_steps))
        grooves[index] = DrumPattern(lanes=lanes | {"kick": tuple(kicks)}, meter=signature)
    return grooves


def _rewritten(text: str, meter: TimeSignature, wanted: TimeSignature, backbeat: int) -> str:
    """Write a drum's bar in sixteenths of the metre that is wanted; finer strokes go to the step they start in."""
    cells = ["."] * (wanted.ticks_per_bar // _SIXTEENTH)
    for hit in hits_in_bar(text, meter, wanted, backbeat):
        step = hit.start // _SIXTEENTH
        if cells[step] == ".":
            cells[step] = hit.mark
    return "".join(cells)


def _struck(lanes: Sequence[Sequence[str]]) -> set[int]:
    return {step for texts in lanes for text in texts for step, mark in enumerate(text) if mark in "xX"}


def _kick_bar(weights: Mapping[int, float], usual: str, backbeats: set[int], n_steps: int) -> str:
    """Write a kick on the accents of one bar of the riff; a bar without any keeps the groove's own."""
    most = round(_MOST_KICKS * n_steps / 16) or 1
    loudest = max(weights.values(), default=0.0)
    accents = sorted(
        (step for step, weight in weights.items() if weight >= _ACCENTED * loudest and step not in backbeats),
        key=lambda step: -weights[step],
    )[:most]
    if not accents:
        return usual
    cells = ["."] * n_steps
    for step in accents:
        cells[step] = "x"
    if usual[0] in "xX":
        cells[0] = "X"
    return "".join(cells)


def _accents(given: Given, signature: TimeSignature) -> list[dict[int, float]]:
    """Weigh the steps of each given bar by what begins there: louder, longer and lower notes weigh more."""
    riff = next((part for role in _RIFF_ROLES if (part := given.part(role))), None)
    if riff is None:
        return []
    placed: Placed = place(riff.notes, _swing(given), signature, step=_SIXTEENTH)
    bars: list[dict[int, float]] = [{} for _ in range(given.n_bars)]
    for one in placed.notes:
        if one.bar < given.n_bars:
            weight = one.note.velocity / 127 * (0.7 + 0.3 * min(one.n_steps, 4) / 4)
            bars[one.bar][one.step] = max(bars[one.bar].get(one.step, 0.0), weight)
    return bars
