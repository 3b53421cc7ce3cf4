"""What a singing engine needs: the sung notes in seconds, with syllables, words and phonemes, as JSON values.

The format is described in ``docs/lyrics.md``.
"""

from collections.abc import Iterable, Sequence

from music.instrument import Role
from music.lyrics import SungLine, Syllable
from music.score import Note, Score
from music.time import ticks_to_seconds

VOCAL_NOTES_VERSION = 1
Json = dict[str, object]


def vocal_notes(score: Score, lines: Sequence[SungLine]) -> Json:
    """Return the notes of a score's melody that sing ``lines``; ValueError where the score sings other syllables."""
    melody = next((part for part in score.parts if part.role is Role.MELODY), None)
    shown = [syllable.shown for line in lines for syllable in line.syllables]
    if melody is None or [lyric.text for lyric in melody.lyrics] != shown:
        raise ValueError("the score does not sing these lines")
    starts = iter(lyric.start_ticks for lyric in melody.lyrics)
    notes: list[Json] = []
    for number, line in enumerate(lines):
        sung = {next(starts): syllable for syllable in line.syllables}
        section = score.sections[line.section]
        end = (section.start_bar - 1 + line.first_bar + line.n_bars) * score.time_signature.ticks_per_bar
        within = [note for note in melody.notes if min(sung) <= note.start_ticks < end]
        notes += _sung(score, within, sung, number)
    return {
        "version": VOCAL_NOTES_VERSION,
        "title": score.title,
        "tempo_bpm": score.tempo_bpm,
        "time_signature": str(score.time_signature),
        "key": str(score.key),
        "phoneme_set": "ARPAbet with stress, as in the CMU Pronouncing Dictionary",
        "lines": [{"text": line.text, "section": score.sections[line.section].name} for line in lines],
        "notes": notes,
    }


def _sung(score: Score, notes: Sequence[Note], sung: dict[int, Syllable], line: int) -> Iterable[Json]:
    """Yield the notes of a line; one on which no syllable begins goes on with the syllable before."""
    syllable: Syllable | None = None
    for note in notes:
        begun = sung.get(note.start_ticks)
        syllable = begun or syllable
        assert syllable is not None  # a line's first note begins its first syllable
        yield {
            "start_seconds": round(ticks_to_seconds(note.start_ticks, score.tempo_bpm), 6),
            "duration_seconds": round(ticks_to_seconds(note.duration_ticks, score.tempo_bpm), 6),
            "midi_note": note.midi_note,
            "velocity": note.velocity,
            "syllable": syllable.text,
            "continues_syllable": begun is None,
            "word_index": syllable.word,
            "ends_word": syllable.ends_word,
            "stress": syllable.stress,
            "phonemes": syllable.phonemes,
            "line_index": line,
        }
