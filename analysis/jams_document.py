"""A score as a JAMS document, beside what was measured of its audio.

Written as plain JSON values: the ``jams`` library takes seconds to import and is needed only to read such files.
Format: E. J. Humphrey et al., "JAMS: A JSON Annotated Music Specification", ISMIR 2014; schema of jams 0.3.5.
"""

from collections.abc import Callable, Iterable

from analysis.measure import Measurements
from music.chord import Chord
from music.score import Score, keys_by_bar
from music.time import ticks_to_seconds

JAMS_VERSION = "0.3.5"
_SCORE_RULES = "Read from the score that the audio was rendered from; not heard in the audio."

Json = dict[str, object]


def jams_document(
    score: Score, *, sideman_version: str, duration_seconds: float, measured: Measurements | None = None
) -> Json:
    """Return the document for a score, as values that ``json`` can write.

    Tempo, beats with their place in the bar, chords (Harte), key and sections come from the score and say so. With
    ``measured``, tempo and key as heard in the audio follow as annotations of their own, with their own tools and
    confidence. ``duration_seconds`` is the length of the audio file, tail included.
    """

    def seconds(ticks: int) -> float:
        return ticks_to_seconds(ticks, score.tempo_bpm)

    written = _metadata(tools=f"Sideman {sideman_version}", rules=_SCORE_RULES, version=sideman_version)
    heard = _metadata(
        tools=f"Sideman {sideman_version} audio analysis",
        rules="Estimated from the audio alone.",
        version=sideman_version,
    )
    whole = score.length_seconds
    annotations = [
        _annotation("tempo", [_observation(0.0, whole, score.tempo_bpm, 1.0)], written, duration_seconds),
        _annotation("beat", _beats(score, seconds), written, duration_seconds),
        _annotation("beat_position", _beat_positions(score, seconds), written, duration_seconds),
        _annotation("chord", _chords(score, seconds), written, duration_seconds),
        _annotation("key_mode", _keys(score, seconds), written, duration_seconds),
        _annotation("segment_open", _sections(score, seconds), written, duration_seconds),
    ]
    if measured and measured.tempo:
        tempo = _observation(0.0, duration_seconds, measured.tempo.tempo_bpm, measured.tempo.confidence)
        annotations.append(_annotation("tempo", [tempo], heard, duration_seconds))
    if measured and measured.key:
        key = _observation(0.0, duration_seconds, measured.key.key.to_jams(), measured.key.confidence)
        annotations.append(_annotation("key_mode", [key], heard, duration_seconds))
    return {
        "file_metadata": {
            "title": score.title,
            "artist": "",
            "release": "",
            "duration": duration_seconds,
            "identifiers": {},
            "jams_version": JAMS_VERSION,
        },
        "annotations": annotations,
        "sandbox": {},
    }


def _metadata(*, tools: str, rules: str, version: str) -> Json:
    return {
        "annotation_tools": tools,
        "annotation_rules": rules,
        "data_source": "program",
        "version": version,
        "annotator": {},
        "corpus": "",
        "curator": {"name": "", "email": ""},
        "validation": "",
    }


def _annotation(namespace: str, observations: Iterable[Json], metadata: Json, duration_seconds: float) -> Json:
    return {
        "namespace": namespace,
        "annotation_metadata": metadata,
        "data": list(observations),
        "sandbox": {},
        "time": 0.0,
        "duration": duration_seconds,
    }


def _observation(time: float, duration: float, value: object, confidence: float | None) -> Json:
    return {"time": time, "duration": duration, "value": value, "confidence": confidence}


def _pulses(score: Score) -> Iterable[tuple[int, int, int]]:
    """Yield bar and beat, both from 1, and place in ticks of every pulse that a listener taps."""
    for bar in range(score.n_bars):
        for beat, ticks in enumerate(score.time_signature.pulse_ticks, start=1):
            yield bar + 1, beat, bar * score.time_signature.ticks_per_bar + ticks


def _beats(score: Score, seconds: Callable[[int], float]) -> list[Json]:
    return [_observation(seconds(ticks), 0.0, beat, None) for _, beat, ticks in _pulses(score)]


def _beat_positions(score: Score, seconds: Callable[[int], float]) -> list[Json]:
    metre = score.time_signature
    return [
        _observation(
            seconds(bar * metre.ticks_per_bar + beat * metre.ticks_per_beat),
            0.0,
            {"position": beat + 1, "measure": bar + 1, "num_beats": metre.beats, "beat_units": metre.unit},
            None,
        )
        for bar in range(score.n_bars)
        for beat in range(metre.beats)
    ]


def _chords(score: Score, seconds: Callable[[int], float]) -> list[Json]:
    def label(chord: Chord | None) -> str:
        return chord.label if chord else "N"

    return [
        _observation(seconds(span.start_ticks), seconds(span.duration_ticks), label(span.chord), 1.0)
        for span in score.chords
    ]


def _keys(score: Score, seconds: Callable[[int], float]) -> list[Json]:
    keys = keys_by_bar(score.key, score.sections)
    edges = [seconds((bar - 1) * score.time_signature.ticks_per_bar) for bar, _ in keys] + [score.length_seconds]
    return [
        _observation(start, end - start, key.to_jams(), 1.0)
        for (_, key), start, end in zip(keys, edges, edges[1:], strict=False)
    ]


def _sections(score: Score, seconds: Callable[[int], float]) -> list[Json]:
    bar = score.time_signature.ticks_per_bar
    return [
        _observation(seconds((section.start_bar - 1) * bar), seconds(section.n_bars * bar), section.name, 1.0)
        for section in score.sections
    ]
