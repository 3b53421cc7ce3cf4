"""Operations on playlists: the takes of a track, of which it plays one."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from music.operations.fields import PlaylistName, PlaylistRef, RouteName
from music.time import BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPlaylist:
    """Make a playlist for a track, empty or a copy of the one it plays, and have the track play it."""

    track: RouteName
    ref: PlaylistRef
    name: str
    is_copy: bool = False
    is_used: bool = True
    verb: Literal["add_playlist"] = "add_playlist"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPlaylist:
    """Have a playlist's track play it."""

    playlist: PlaylistName
    verb: Literal["switch_playlist"] = "switch_playlist"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamePlaylist:
    """Rename a playlist."""

    playlist: PlaylistName
    name: str
    verb: Literal["rename_playlist"] = "rename_playlist"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePlaylist:
    """Delete a playlist that its track does not play, with the regions on it."""

    is_destructive: ClassVar[bool] = True
    playlist: PlaylistName
    verb: Literal["delete_playlist"] = "delete_playlist"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompRange:
    """A stretch of a take, end exclusive."""

    playlist: PlaylistName
    start: BBT
    end: BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class CompPlaylist:
    """Copy ranges of several takes into one playlist, each over what was there in that range."""

    target: PlaylistName
    ranges: tuple[CompRange, ...]
    verb: Literal["comp_playlist"] = "comp_playlist"

    def __post_init__(self) -> None:
        """Refuse to do nothing."""
        if not self.ranges:
            raise ValueError("comp_playlist needs at least one range")


PlaylistsOperation = AddPlaylist | SwitchPlaylist | RenamePlaylist | DeletePlaylist | CompPlaylist
