"""Operations on the plugins of a strip: which there are, in which order, and how they are set."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from music.operations.fields import PluginName, PluginRef, RouteName, Told, Within

PluginPosition = Literal["pre_fader", "post_fader"]
Place = Annotated[int, Within(0, 255), Told("from 0 among what the strip shows, the fader too; wins over position")]
PresetName = Annotated[str, Told("as list_presets tells it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPlugin:
    """Put an installed plugin on a strip: right before the fader, at the end, or at a place in the order."""

    ref: PluginRef
    route: RouteName
    plugin: Annotated[str, Told("id or exact name, as search_plugins tells")]
    position: PluginPosition = "pre_fader"
    index: Place | None = None
    preset: PresetName | None = None  # without it the plugin starts as it is
    is_bypassed: bool = False
    verb: Literal["add_plugin"] = "add_plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePlugin:
    """Take a plugin off its strip, with its settings and automation."""

    is_destructive: ClassVar[bool] = True

    plugin: PluginName
    verb: Literal["remove_plugin"] = "remove_plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePlugin:
    """Move a plugin within its strip: right before the fader, to the end, or to a place in the order."""

    plugin: PluginName
    position: PluginPosition = "pre_fader"
    index: Place | None = None
    verb: Literal["move_plugin"] = "move_plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class BypassPlugin:
    """Bypass a plugin, or let it work again."""

    plugin: PluginName
    is_bypassed: bool = True
    verb: Literal["bypass_plugin"] = "bypass_plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParameter:
    """Set a plugin's parameter, by a number in its own unit, a value as displayed, or a setting's label."""

    plugin: PluginName
    parameter: Annotated[str, Told("its name or number")]
    value: Annotated[float | str, Told('such as -3, "-3 dB", "1.2 kHz", "50 %", "on", "Hard"')]
    verb: Literal["set_parameter"] = "set_parameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPreset:
    """Load a preset into a plugin."""

    plugin: PluginName
    preset: PresetName
    verb: Literal["load_preset"] = "load_preset"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePreset:
    """Save a plugin's settings as a new preset of the user's."""

    plugin: PluginName
    preset: Annotated[str, Told("a name that no preset of this plugin has")]
    verb: Literal["save_preset"] = "save_preset"

    def __post_init__(self) -> None:
        _require_preset_name(self.preset)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverwritePreset:
    """Save a plugin's settings over one of the user's presets."""

    is_destructive: ClassVar[bool] = True

    plugin: PluginName
    preset: PresetName
    verb: Literal["overwrite_preset"] = "overwrite_preset"

    def __post_init__(self) -> None:
        _require_preset_name(self.preset)


def _require_preset_name(name: str) -> None:
    if not 0 < len(name) <= 60 or not name.isprintable() or name != name.strip():
        raise ValueError(f"a preset's name has 1 to 60 printable characters and no blanks around them, got {name!r}")
    if ";" in name:  # LV2Plugin::do_save_preset writes it in two ways, at 7.3 to 9.8
        raise ValueError(f"a preset's name has no ';', since Ardour could not remove it again, got {name!r}")


PluginsOperation = (
    AddPlugin | RemovePlugin | MovePlugin | BypassPlugin | SetParameter | LoadPreset | SavePreset | OverwritePreset
)
