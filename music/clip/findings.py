"""Everything that is found in a clip at once, with how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from music.clip.chords import LINES, FoundChords, find_chords, harmonise_melody
from music.clip.clip import Clip, ClipTrack, all_notes, without_overlaps
from music.clip.groove import STRAIGHT, FoundSwing, find_feel, find_swing
from music.clip.key import FoundKey, find_key
from music.clip.roles import NO_HARMONY, find_roles
from music.given import GivenPart
from music.instrument import Role
from music.pitch import Key
from music.score import Note
from music.style import Feel
from music.time import TICKS_PER_QUARTER

_LARGEST_SPREAD = 9.0  # of velocities: what is more is accents, which patterns write
_LARGEST_DRIFT_SECONDS = 0.012
_LARGEST_LATE_SECONDS = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a clip turned out to be. ``roles`` are its tracks' in order; ``parts`` its players, one per role."""

    key: FoundKey | None  # None: only drums
    roles: tuple[Role, ...]
    swing: FoundSwing
    parts: tuple[GivenPart, ...]
    programs: tuple[tuple[Role, int | None], ...]
    n_merged: int  # tracks that share a role with another and were joined with it


def examine(clip: Clip, *, lone: Role | None = None) -> Findings:
    """Find key, roles, swing and feel; ``lone`` is what somebody said that the clip is."""
    roles = find_roles(clip, lone=lone)
    drums = [note.start_ticks for track in clip.tracks if track.is_drums for note in track.notes]
    swing = find_swing(drums, clip.time_signature)
    if swing == STRAIGHT:
        swing = find_swing((note.start_ticks for note in all_notes(clip.tracks)), clip.time_signature)
    tuned = tuple(track for track, role in zip(clip.tracks, roles, strict=True) if role not in NO_HARMONY)
    by_role: dict[Role, list[ClipTrack]] = {}
    for role, track in zip(roles, clip.tracks, strict=True):
        by_role.setdefault(role, []).append(track)
    parts = [
        GivenPart(role=role, notes=(notes := _joined(by_role[role])), feel=_feel(notes, swing, clip))
        for role in Role
        if role in by_role
    ]
    return Findings(
        key=find_key(replace(clip, tracks=tuned)),
        roles=roles,
        swing=swing,
        parts=tuple(parts),
        programs=tuple((role, by_role[role][0].program) for role in Role if role in by_role),
        n_merged=len(clip.tracks) - len(by_role),
    )


def chords_of(parts: Sequence[GivenPart], key: Key, clip: Clip) -> FoundChords | None:
    """Return the chords that given parts spell out or, where they only sketch them, that suit them; None for drums."""
    pitched = [part for part in parts if part.role not in NO_HARMONY]
    notes = sorted(note for part in pitched for note in part.notes)
    if not notes:
        return None
    signature, n_bars = clip.time_signature, clip.n_bars
    if any(part.role in (Role.CHORDS, Role.PAD, Role.ARPEGGIO) for part in pitched):
        has_bass = any(part.role is Role.BASS for part in pitched)
        return find_chords(notes, key, signature, n_bars, has_bass=has_bass)
    if any(part.role is Role.BASS for part in pitched):
        return find_chords(notes, key, signature, n_bars, weighing=LINES)
    return harmonise_melody(notes, key, signature, n_bars)


def _joined(tracks: Sequence[ClipTrack]) -> tuple[Note, ...]:
    """Join the tracks of one role; of a pitch that both play at once the first stays, and a later one ends it."""
    if len(tracks) == 1:
        return tracks[0].notes
    return without_overlaps(note for track in tracks for note in track.notes)[0]


def _feel(notes: Sequence[Note], swing: FoundSwing, clip: Clip) -> Feel:
    found = find_feel(notes, swing)
    seconds = 60.0 / (clip.tempo_bpm * TICKS_PER_QUARTER)
    late = min(max(found.late_ticks * seconds, -_LARGEST_LATE_SECONDS), _LARGEST_LATE_SECONDS)
    return Feel(
        late_seconds=round(late, 4),
        drift_seconds=round(min(found.drift_ticks * seconds, _LARGEST_DRIFT_SECONDS), 4),
        velocity_spread=round(min(found.velocity_spread, _LARGEST_SPREAD), 1),
    )
