"""Asked against measured, property by property, in words for the person."""

from dataclasses import replace

from analysis.measure import Measurements
from music.audio import TRUE_PEAK_CEILING_DBTP
from music.pitch import Key, Mode
from music.plan import Plan
from music.take import Comparison

_TEMPO_TOLERANCE = 0.01
_LOUDNESS_TOLERANCE_LU = 0.5
_LENGTH_TOLERANCE_SECONDS = 0.02
_LEAST_KEY_CONFIDENCE = 0.05
_METRICAL_LEVELS = (
    (2.0, "double: the beat was heard at twice the tempo"),
    (0.5, "half: the beat was heard at half the tempo"),
    (4.0, "four times: the beat was heard in sixteenths"),
    (0.25, "a quarter: every fourth beat was heard"),
    (2 / 3, "dotted: the beat was heard in dotted quarters"),
    (4 / 3, "dotted: the beat was heard in dotted eighths"),
    (1 / 3, "a third: the beat was heard in dotted halves, or once a bar of three"),
    (3.0, "triplets: the beat was heard in triplet eighths"),
    (1.5, "triplets: the beat was heard in quarter triplets"),
)


def compare(plan: Plan, measured: Measurements, *, asked_seconds: float | None = None) -> tuple[Comparison, ...]:
    """Compare a plan with what its files turned out to be.

    ``asked_seconds`` is the length in the request's own words, when it named one; the plan holds the whole bars
    nearest to it.
    """
    return (
        _compare_tempo(plan.tempo_bpm, measured),
        _compare_key(plan, measured),
        _compare_bars(plan, measured),
        _compare_length(plan, measured, asked_seconds),
        _compare_loudness(plan.loudness_lufs, measured),
        _compare_true_peak(measured),
    )


def _compare_tempo(asked_bpm: float, measured: Measurements) -> Comparison:
    asked = f"{asked_bpm:g} BPM"
    if measured.tempo is None:
        return Comparison(
            name="tempo", asked=asked, measured="no clear pulse", agrees=None, note="no beat stands out in the audio"
        )
    heard_bpm = measured.tempo.tempo_bpm
    text = f"{heard_bpm:.1f} BPM"
    ratio = heard_bpm / asked_bpm
    if abs(ratio - 1.0) <= _TEMPO_TOLERANCE:
        return Comparison(name="tempo", asked=asked, measured=text, agrees=True)
    for level, note in _METRICAL_LEVELS:
        if abs(ratio / level - 1.0) <= _TEMPO_TOLERANCE:
            return Comparison(name="tempo", asked=asked, measured=text, agrees=True, note=note)
    return Comparison(name="tempo", asked=asked, measured=text, agrees=False)


def _compare_key(plan: Plan, measured: Measurements) -> Comparison:
    """Compare the key heard over the whole with the piece's; one to which sections modulate counts with a note."""
    home = plan.key
    found = _compare_one_key(home, measured)
    if found.agrees or measured.key is None:
        return found
    for other in dict.fromkeys(section.key for section in plan.sections if section.key is not None):
        if _compare_one_key(other, measured).agrees:
            names = ", ".join(section.name for section in plan.sections if section.key == other)
            return replace(found, agrees=True, note=f"the key of {names}, to which the piece modulates")
    return found


def _compare_one_key(asked: Key, measured: Measurements) -> Comparison:
    if measured.key is None:
        return Comparison(
            name="key", asked=str(asked), measured="nothing pitched", agrees=None, note="no pitch stands out"
        )
    heard = measured.key.key
    is_exact = heard.pitch_class == asked.pitch_class and heard.mode.is_minor == asked.mode.is_minor
    is_plain = asked.mode in (Mode.MAJOR, Mode.MINOR)
    has_same_notes = set(heard.scale) == set(asked.scale)
    if is_exact:
        note = "" if is_plain else f"only major and minor are told apart; {heard} is the nearest"
        return Comparison(name="key", asked=str(asked), measured=str(heard), agrees=True, note=note)
    if has_same_notes and not is_plain:
        note = f"only major and minor are told apart; it has the notes of {heard}"
        return Comparison(name="key", asked=str(asked), measured=str(heard), agrees=True, note=note)
    if measured.key.confidence < _LEAST_KEY_CONFIDENCE:
        note = f"undecided between {heard} and {measured.key.runner_up}"
        return Comparison(name="key", asked=str(asked), measured=str(heard), agrees=None, note=note)
    return Comparison(
        name="key", asked=str(asked), measured=str(heard), agrees=False, note=_kinship(asked, heard, has_same_notes)
    )


def _kinship(asked: Key, heard: Key, has_same_notes: bool) -> str:
    steps = (heard.pitch_class - asked.pitch_class) % 12
    if has_same_notes:
        return "the relative key: the same notes around another centre"
    if steps == 0:
        return "the parallel key: the same centre with another third"
    if steps in (5, 7) and heard.mode.is_minor == asked.mode.is_minor:
        return "a fifth away: all notes but one are the same"
    return ""


def _compare_bars(plan: Plan, measured: Measurements) -> Comparison:
    midi = measured.midi
    is_as_planned = midi.n_bars == plan.n_bars and midi.time_signature == plan.time_signature
    # tempo and metre come from the MIDI file, so the recording must at least reach to the end of its bars
    reaches_end = measured.audio_seconds >= midi.length_seconds - _LENGTH_TOLERANCE_SECONDS
    return Comparison(
        name="bars",
        asked=f"{plan.n_bars} bars of {plan.time_signature}",
        measured=f"{midi.n_bars} bars of {midi.time_signature}",
        agrees=is_as_planned and reaches_end,
        note="" if reaches_end else f"the audio ends after {measured.audio_seconds:.2f} s, before the last bar does",
    )


def _compare_length(plan: Plan, measured: Measurements, asked_seconds: float | None) -> Comparison:
    bars_seconds = measured.midi.length_seconds
    tail_seconds = measured.audio_seconds - bars_seconds
    bar_seconds = plan.length_seconds / plan.n_bars
    wanted = plan.length_seconds if asked_seconds is None else asked_seconds
    tolerance = _LENGTH_TOLERANCE_SECONDS + (bar_seconds / 2 if asked_seconds is not None else 0.0)
    note = (
        "" if abs(bars_seconds - wanted) < _LENGTH_TOLERANCE_SECONDS else "whole bars nearest to the length asked for"
    )
    return Comparison(
        name="length",
        asked=f"{wanted:.2f} s",
        measured=f"{bars_seconds:.2f} s of bars, {tail_seconds:.2f} s of tail",
        agrees=abs(bars_seconds - wanted) <= tolerance and tail_seconds >= -_LENGTH_TOLERANCE_SECONDS,
        note=note,
    )


def _compare_loudness(asked_lufs: float, measured: Measurements) -> Comparison:
    heard = measured.loudness.loudness_lufs
    asked = f"{asked_lufs:.1f} LUFS"
    if heard is None:
        note = "silent, or shorter than the 400 ms that loudness is defined for"
        return Comparison(name="loudness", asked=asked, measured="none", agrees=None, note=note)
    agrees = abs(heard - asked_lufs) <= _LOUDNESS_TOLERANCE_LU
    return Comparison(name="loudness", asked=asked, measured=f"{heard:.1f} LUFS", agrees=agrees)


def _compare_true_peak(measured: Measurements) -> Comparison:
    heard = measured.loudness.true_peak_dbtp
    return Comparison(
        name="true peak",
        asked=f"at most {TRUE_PEAK_CEILING_DBTP:.1f} dBTP",
        measured=f"{heard:.2f} dBTP",
        agrees=heard <= TRUE_PEAK_CEILING_DBTP,
    )
