"""Operations on mixer strips: level, place, buttons, and scenes of the whole mixer."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from music.operations.fields import GainDb, Pan, RouteName, Within

SceneNumber = Annotated[int, Within(1, 8)]  # as many as Ardour's mixer shows


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFader:
    """Set a strip's gain; others of its group stay as they are."""

    route: RouteName
    gain_db: GainDb
    verb: Literal["set_fader"] = "set_fader"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTrim:
    """Set the gain at a strip's input."""

    route: RouteName
    trim_db: Annotated[float, Within(-20.0, 20.0, "dB")]
    verb: Literal["set_trim"] = "set_trim"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPan:
    """Set a strip's pan."""

    route: RouteName
    pan: Pan
    verb: Literal["set_pan"] = "set_pan"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWidth:
    """Set a strip's stereo width, where its panner has one; the further the pan, the less room for width."""

    route: RouteName
    width: Annotated[float, Within(-1.0, 1.0, "1 full, 0 mono, below 0 sides swapped")]
    verb: Literal["set_width"] = "set_width"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMute:
    """Mute or unmute a strip."""

    route: RouteName
    is_muted: bool
    verb: Literal["set_mute"] = "set_mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSolo:
    """Solo or unsolo a strip."""

    route: RouteName
    is_soloed: bool
    verb: Literal["set_solo"] = "set_solo"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSoloIsolate:
    """Keep a strip audible whatever else is soloed, or not."""

    route: RouteName
    is_isolated: bool
    verb: Literal["set_solo_isolate"] = "set_solo_isolate"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSoloSafe:
    """Lock a strip's solo button as it is, or unlock it."""

    route: RouteName
    is_safe: bool
    verb: Literal["set_solo_safe"] = "set_solo_safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPolarity:
    """Turn the polarity over, of one channel or of all."""

    route: RouteName
    is_inverted: bool
    channel: Annotated[int, Within(1, 64)] | None = None
    verb: Literal["set_polarity"] = "set_polarity"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreScene:
    """Keep all faders, knobs and buttons as a mixer scene; what was there before is overwritten."""

    is_destructive: ClassVar[bool] = True
    scene: SceneNumber
    name: str
    verb: Literal["store_scene"] = "store_scene"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallScene:
    """Set all faders, knobs and buttons as a mixer scene has them."""

    scene: SceneNumber
    verb: Literal["recall_scene"] = "recall_scene"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearScene:
    """Empty a mixer scene."""

    is_destructive: ClassVar[bool] = True
    scene: SceneNumber
    verb: Literal["clear_scene"] = "clear_scene"


MixerOperation = (
    SetFader
    | SetTrim
    | SetPan
    | SetWidth
    | SetMute
    | SetSolo
    | SetSoloIsolate
    | SetSoloSafe
    | SetPolarity
    | StoreScene
    | RecallScene
    | ClearScene
)
