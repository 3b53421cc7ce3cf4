"""Insert chains by name: reads ``chains.toml`` and puts the chain that a style's part names into its mix.

A style's file has the name; what it is read into, and so a plan, holds the inserts themselves: a take keeps the sound
that it was made with when the chains change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Discriminator

from music.insert import Insert
from music.instrument import Role
from music.names import nearest_name

CHAINS_FILE = "chains.toml"
SHIPPED_CHAINS = Path(__file__).resolve().parent.parent / "configs" / CHAINS_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """The chains by name, and the one that each role has where its style names none."""

    defaults: Mapping[Role, str]
    chains: Mapping[str, tuple[Annotated[Insert, Discriminator("effect")], ...]]

    def __post_init__(self) -> None:
        wrong = sorted({name for name in self.defaults.values() if name not in self.chains})
        if wrong:
            raise ValueError(f"defaults name chains that are not there: {', '.join(wrong)}")


def with_chains(style: dict[str, Any], chains: Chains, refuse: Callable[[str, str], Exception]) -> dict[str, Any]:
    """Return a style as read from its file with ``mix.chain`` replaced by ``mix.inserts`` in every part.

    A part with neither gets its role's usual chain. Raises what ``refuse`` makes of a field and a reason.
    """
    parts = style.get("parts")
    if not isinstance(parts, dict):
        return style
    return style | {"parts": {role: _part(role, part, chains, refuse) for role, part in parts.items()}}


def _part(role: str, part: object, chains: Chains, refuse: Callable[[str, str], Exception]) -> object:
    mix = part.get("mix", {}) if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(mix, dict) or "inserts" in mix:
        return part
    usual = {known.value: name for known, name in chains.defaults.items()}
    name = mix.get("chain", usual.get(role, "none"))
    if name not in chains.chains and "chain" in mix:
        nearest = nearest_name(str(name), chains.chains)
        hint = f"; did you mean {nearest!r}?" if nearest else f"; there are {', '.join(chains.chains)}"
        raise refuse(f"parts.{role}.mix.chain", f"no chain {name!r}{hint}")
    rest = {key: value for key, value in mix.items() if key != "chain"}
    return part | {"mix": rest | {"inserts": chains.chains.get(name, ())}}
