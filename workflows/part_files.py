"""The files that a placement imports: a MIDI file for each part, and the stems."""

from pathlib import Path, PurePath

from library.takes import storage_errors, write_atomically
from music.midi_file import part_to_midi
from music.score import Score
from workflows.placement import PlacedFiles
from workflows.rooms import Rooms
from workflows.take_files import stem_path


def part_files(rooms: Rooms, score: Score, folder: Path, stems: Path, stem_length_samples: int) -> PlacedFiles:
    """Write one MIDI file per part, and name the stems that go with them, with their length at the session's rate."""
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    midi = {part.role.value: folder / f"{part.role.value}.mid" for part in score.parts}
    for part in score.parts:
        write_atomically(midi[part.role.value], part_to_midi(score, part, rooms.instruments))
    return PlacedFiles(
        midi=midi,
        stems={part.role.value: stems / PurePath(stem_path(part.role)).name for part in score.parts},
        stem_length_samples=stem_length_samples,
    )
