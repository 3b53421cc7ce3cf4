"""What the button "generate here" asks for, and what its words want that the session does not have there."""

from collections.abc import Iterator

from daw_bridge.button_ear import ButtonPress
from music.brief import Brief, Reading
from music.pitch import Key
from workflows.planner.planner import Planned, Planner
from workflows.requests import Destination, GenerateRequest

_TEMPO_TOLERANCE_BPM = 0.05
_WORD_TOLERANCE = 1.25  # "slow" means no exact tempo
_ASKED = frozenset({"time_signature", "tempo_bpm", "tempo_words", "bars", "seconds"})


def read_words(planner: Planner, press: ButtonPress) -> Planned:
    """Return what the words alone say; RequestInvalid where nobody could play that."""
    return planner.by_rules(press.prompt, seed=0)


def to_request(press: ButtonPress, words: Brief) -> GenerateRequest:
    """Return the wish that a press stands for: at its place, in the tempo and metre that hold there.

    A selected range is filled whatever the words say; from the playhead on, a length in the words wins.
    """
    return GenerateRequest(
        prompt=press.prompt,
        bars=press.n_bars if press.is_range or (words.bars is None and words.seconds is None) else None,
        tempo_bpm=press.tempo_bpm,
        time_signature=str(press.time_signature),
        to=Destination.LIVE,
        at_bar=press.at.bar,
        session_folder=str(press.session_folder),
    )


def differences(words: Brief, press: ButtonPress) -> list[str]:
    """Tell what the words want that the place decides otherwise, in a musician's words."""
    at, found = f"at bar {press.at.bar}", []
    if words.time_signature not in (None, press.time_signature):
        found.append(f"You asked for {words.time_signature}, but the session is in {press.time_signature} {at}.")
    if words.tempo_bpm is not None and abs(words.tempo_bpm - press.tempo_bpm) > _TEMPO_TOLERANCE_BPM:
        found.append(f"You asked for {words.tempo_bpm:g} BPM, but the session has {press.tempo_bpm:g} BPM {at}.")
    if press.is_range and words.bars not in (None, press.n_bars):
        found.append(f"You asked for {words.bars} bars, but {press.n_bars} are selected.")
    if press.is_range and words.seconds is not None:
        found.append(f"You asked for {words.seconds:g} seconds, but {press.n_bars} bars are selected.")
    return found


def question(found: list[str]) -> str:
    """Ask whether to go on all the same."""
    choice = "OK plays it as the session is. With Cancel nothing happens, and you can change the session or your words."
    return "\n".join((*found, "", choice))


def remarks(reading: Reading, words: Planned, press: ButtonPress, *, drawn_key: Key | None = None) -> Iterator[str]:
    """Tell what else of the words did not hold, which is too little to ask about, and a key that nobody named."""
    if drawn_key is not None:
        yield f"it is in {drawn_key}: neither your words nor a take placed here before named a key"
    meant_bpm = words.plan.tempo_bpm
    if words.reading.brief.tempo_words and not 1 / _WORD_TOLERANCE < meant_bpm / press.tempo_bpm < _WORD_TOLERANCE:
        named = " ".join(words.reading.brief.tempo_words)
        yield f"{named!r} would be about {meant_bpm:g} BPM; it is played at the session's {press.tempo_bpm:g} BPM"
    yield from (conflict.text for conflict in reading.conflicts if conflict.field not in _ASKED)
