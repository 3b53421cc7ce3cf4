"""Operations that turn what a track plays into audio, with its plugins and its fader in the sound."""

from dataclasses import dataclass
from typing import Literal

from music.operations.fields import RegionName, RouteName, RouteRef


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceTrack:
    """Freeze a track: make its sound audio on a new track with its pan, and mute the track."""

    route: RouteName
    ref: RouteRef
    name: str
    verb: Literal["bounce_track"] = "bounce_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceRegion:
    """Make one region's sound, with its track's plugins, audio on a new track, and mute the region."""

    region: RegionName
    ref: RouteRef
    name: str
    verb: Literal["bounce_region"] = "bounce_region"


BouncingOperation = BounceTrack | BounceRegion
