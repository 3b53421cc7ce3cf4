"""Operations that are computed outside Ardour: each is turned into plain ones when its turn comes.

Each is listed here with the function that reads what it needs, computes with pure functions of ``music/``, and returns
operations that the bridge can do; in the journal they count as the one that was asked for. Such a function raises
RequestInvalid where the operation cannot be met.
"""

from daw_bridge import derive_notes
from daw_bridge.derivation import Derivation, Read
from music.operations import Operation
from music.operations import notes as notes_operations

DERIVATIONS: dict[type, Derivation] = {
    notes_operations.EditNotes: derive_notes.edit_notes,
    notes_operations.HumaniseNotes: derive_notes.humanise_notes,
    notes_operations.QuantiseNotes: derive_notes.quantise_notes,
    notes_operations.SetNoteLengths: derive_notes.set_note_lengths,
    notes_operations.ShapeVelocity: derive_notes.shape_velocity,
    notes_operations.TransposeNotes: derive_notes.transpose_notes,
}


def is_derived(operation: Operation) -> bool:
    """Tell whether an operation must be computed into others."""
    return type(operation) in DERIVATIONS


async def derive(operation: Operation, read: Read) -> tuple[Operation, ...]:
    """Compute an operation into those that do it, from what the session is now."""
    return await DERIVATIONS[type(operation)](operation, read)
