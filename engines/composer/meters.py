"""Grooves for metres that a style has none for, by family: what a drummer of that kind plays in five or in seven.

Styles of no such family (a one drop, a clave, a march) keep their own patterns, fitted beat by beat to the metre.
"""

from functools import cache

from music.style import DrumPattern, Style, SwingUnit, Where
from music.time import TimeSignature

_BACKBEATS = ("snare", "clap", "rim")
_COMMON_TIME = TimeSignature(4, 4)
_ANYWHERE = Where()
_CALM, _DRIVING = Where(energy=(0.0, 0.75)), Where(energy=(0.55, 1.0))
_SWUNG = 0.5


def _groove(meter: TimeSignature, where: Where = _ANYWHERE, **lanes: tuple[str, ...]) -> DrumPattern:
    return DrumPattern(lanes=lanes, meter=meter, where=where)


_FIVE, _SEVEN, _TWELVE, _SIX = TimeSignature(5, 4), TimeSignature(7, 8), TimeSignature(12, 8), TimeSignature(6, 8)
# Lanes named backbeat are the style's own: its snare, clap or rim.
_GROOVES = {
    ("backbeat", _FIVE): (
        _groove(
            _FIVE,
            _CALM,
            kick=("X.......x...X.......", "X.......x...X.x....."),
            backbeat=("....X...........X...",),
            hat=("X.x.x.x.X.x.X.x.x.x.",),
        ),
        _groove(
            _FIVE,
            kick=("X.....x.x...X.......", "X.....x.x...X.....x."),
            backbeat=("....X...........X...", "....X......g....X..."),
            hat=("X.x.X.x.X.x.X.x.X.x.",),
        ),
        _groove(
            _FIVE,
            _DRIVING,
            kick=("X.x...x.X...X.x.....", "X.x...x.X...X.x...xx"),
            backbeat=("....X...........X...",),
            ride=("X.x.X.x.X.x.X.x.X.x.",),
        ),
    ),
    ("backbeat", _SEVEN): (
        _groove(
            _SEVEN,
            _CALM,
            kick=("X.......X.....", "X.....x.X....."),
            backbeat=("....X.......X.",),
            hat=("X.x.X.x.X.x.x.",),
        ),
        _groove(
            _SEVEN,
            kick=("X..x......x...", "X..x..x...x..."),
            backbeat=("....X...X.....", "....X...X...g."),
            hat=("X.x.X.x.X.x.x.",),
        ),
        _groove(
            _SEVEN,
            _DRIVING,
            kick=("X.x.....X.x...", "X.x...x.X.x..x"),
            backbeat=("....X.......X.",),
            ride=("X.x.X.x.X.x.x.",),
        ),
    ),
    ("backbeat", _TWELVE): (
        _groove(
            _TWELVE,
            kick=("X.....X..x..", "X....xX....."),
            backbeat=("...X.....X..",),
            hat=("XxxXxxXxxXxx",),
        ),
        _groove(
            _TWELVE,
            _DRIVING,
            kick=("X....xX.x...", "X....xX.x..x"),
            backbeat=("...X.....X..", "...X.....X.g"),
            ride=("X.xX.xX.xX.x",),
        ),
    ),
    ("backbeat", _SIX): (
        _groove(_SIX, kick=("X....x", "X.x..."), backbeat=("...X..",), hat=("XxxXxx",)),
        _groove(_SIX, _DRIVING, kick=("X.x..x", "X.x..."), backbeat=("...X..",), ride=("XxxXxx",)),
    ),
    ("on all beats", _FIVE): (
        _groove(
            _FIVE,
            kick=("X...X...X...X...X...",),
            backbeat=("....X...........X...",),
            open_hat=("..X...X...X...X...X.",),
            hat=("x..gx..gx..gx..gx..g",),
        ),
    ),
    ("on all beats", _SEVEN): (
        _groove(
            _SEVEN,
            kick=("X...X...X.....", "X...X...X....x"),
            backbeat=("....X.......X.",),
            open_hat=("..X...X...X...",),
            shaker=("xgxgxgxgxgxgxg",),
        ),
    ),
    ("on all beats", _TWELVE): (
        _groove(
            _TWELVE,
            kick=("X..X..X..X..",),
            backbeat=("...X.....X..",),
            open_hat=("..x..x..x..x",),
            hat=("x..x..x..x..", "x..x..x..xx."),
        ),
    ),
    ("half time", _FIVE): (
        _groove(
            _FIVE,
            kick=("X.....x.....x.......", "X..x........x.....x."),
            backbeat=("........X.......x...", "........X..........."),
            hat=("X.x.x.x.X.x.X.x.3.x.", "X.x.x.x.X.x2X.x.x.4."),
        ),
    ),
    ("half time", _SEVEN): (
        _groove(
            _SEVEN,
            kick=("X.....x.......", "X..x.......x.."),
            backbeat=("........X.....",),
            hat=("X.x.X.x.X.x.x.", "X.x.X.3.X.x.2."),
        ),
    ),
    ("half time", _TWELVE): (
        _groove(
            _TWELVE,
            kick=("X....x......", "X.x.....x..."),
            backbeat=("......X.....",),
            hat=("x.xx.xx.xx.x", "x.xx.xx.xx22"),
        ),
    ),
    ("swing", _FIVE): (
        _groove(
            _FIVE,
            ride=("x.xxx.x.xx", "x.xxx.x.x.", "x.x.xxx.xx"),
            pedal_hat=("..x.....x.",),
            kick=("x.....g...", "g...g.x..."),
            snare=(".....g...g", "...g......", ".g...x...."),
        ),
    ),
    ("swing", _SEVEN): (
        _groove(
            _SEVEN,
            ride=("x.xxx.x", "xxx.x.x", "x.x.x.x"),
            pedal_hat=("..x...x",),
            kick=("x...g..", "g...x.."),
            snare=("...g...", ".....g.", ".g....."),
        ),
    ),
    ("swing", _TWELVE): (
        _groove(
            _TWELVE,
            ride=("x..x.xx..x.x", "x.xx.xx..x.x"),
            pedal_hat=("...x.....x..",),
            kick=("g..g..g..g..", "x..g..g.xg.."),
            snare=("........g...", "..g.....x..."),
        ),
    ),
}  # fmt: skip


def grooves_for(style: Style, time_signature: TimeSignature, backbeat: int) -> tuple[DrumPattern, ...]:
    """Return the style's grooves, and with them those of its family where it has none in this metre."""
    own = style.drums.grooves
    if not own or any(groove.meter == time_signature for groove in own):
        return own
    family = family_of(style, backbeat)
    lane = max(_BACKBEATS, key=lambda lane: sum(lane in groove.lanes for groove in own))
    return (*own, *_dressed(family, time_signature, lane))


@cache
def _dressed(family: str, time_signature: TimeSignature, backbeat: str) -> tuple[DrumPattern, ...]:
    """Give a family's grooves the drum that carries the backbeat."""
    return tuple(
        DrumPattern(
            lanes={backbeat if lane == "backbeat" else lane: bars for lane, bars in groove.lanes.items()},
            meter=groove.meter,
            where=groove.where,
        )
        for groove in _GROOVES.get((family, time_signature), ())
    )


def family_of(style: Style, backbeat: int) -> str:
    """Tell what kind of drumming a style's common-time grooves are, by where kick and backbeat fall; "" is none."""
    written = [groove for groove in style.drums.grooves if groove.meter == _COMMON_TIME]
    if style.swing >= _SWUNG and style.swing_unit is SwingUnit.EIGHTH and any("ride" in g.lanes for g in written):
        return "swing"
    beats = [_beats(groove, ("kick",)) for groove in written if "kick" in groove.lanes]
    answers = [_beats(groove, _BACKBEATS) for groove in written]
    if not beats or sum(0 in found for found in beats) < 0.6 * len(beats):
        return ""
    if backbeat == 2:
        accented = sum(
            any(bar.replace(" ", "").startswith("........X") for lane in _BACKBEATS for bar in g.lanes.get(lane, ()))
            for g in written
        )
        return "half time" if accented > 0.5 * len(written) else ""
    if sum({1, 3} <= found and 0 not in found for found in answers) <= 0.5 * len(answers):
        return ""
    return "on all beats" if sum(found >= {0, 1, 2, 3} for found in beats) > 0.6 * len(beats) else "backbeat"


def _beats(groove: DrumPattern, lanes: tuple[str, ...]) -> set[int]:
    """Return the beats of a common-time bar on which any of these drums is struck, in its first bar."""
    found: set[int] = set()
    for lane in lanes:
        cells = groove.lanes.get(lane, ("",))[0].replace(" ", "").replace("|", "")
        found |= {i * 4 // len(cells) for i, mark in enumerate(cells) if mark in "xX" and i * 4 % len(cells) == 0}
    return found
