"""Casts the parts: which roles play, and which instrument plays each."""

from collections.abc import Sequence
from dataclasses import dataclass

from music.brief import Brief, Remark
from music.errors import RequestInvalid
from music.instrument import Instrument, Role
from music.plan import PlannedPart
from music.style import Style
from workflows.planner.repertoire import Repertoire

_SHARED = (Role.CHORDS, Role.MELODY)  # roles that a lone instrument takes on together: a piano plays both hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The parts in the order of roles, with what was chosen and what could not be given."""

    parts: tuple[PlannedPart, ...]
    assumed: tuple[Remark, ...]
    conflicts: tuple[Remark, ...]


def cast_parts(brief: Brief, style: Style, repertoire: Repertoire, energy: float) -> Cast:
    """Give every wanted instrument a role and fill up with the style's own parts, without what is excluded.

    RequestInvalid when nothing is left to play.
    """
    allowed = [role for role in Role if role not in brief.excluded_roles]
    wanted = [repertoire.instruments[name] for name in brief.instruments]
    players, left_over = _assign(wanted, allowed)
    conflicts = [
        Remark("instruments", f"{instrument.title} has no free part here and does not play") for instrument in left_over
    ]
    asked = [role for role in brief.roles if role in allowed and role not in players]
    own = [] if brief.is_exclusive else [
        role for role in style.roles_at(energy) if role in allowed and role not in players
        and not (role is Role.EFFECTS and style.part(role).instrument in brief.excluded_instruments)  # nor any instead
    ]  # fmt: skip
    if brief.is_exclusive:
        _share_out(players, asked, wanted, allowed)
    assumed = []
    for role in dict.fromkeys([*asked, *own]):
        chosen = _own_instrument(role, style, repertoire, brief.excluded_instruments)
        if chosen is None:
            conflicts.append(
                Remark("excluded_instruments", f"no instrument is left for the {role.value}: they stay out")
            )
            continue
        players[role] = chosen
        assumed.append(Remark("instruments", f"{chosen.title} plays the {_spoken(role)}"))
    if not players:
        raise RequestInvalid("everything that could play was excluded; leave at least one instrument in")
    parts = tuple(
        PlannedPart(role=role, instrument=players[role].id, mix=style.part(role).mix)
        for role in Role
        if role in players
    )
    return Cast(parts=parts, assumed=tuple(assumed), conflicts=tuple(conflicts))


def _spoken(role: Role) -> str:
    return role.value.replace("_", " ")


def _assign(wanted: Sequence[Instrument], allowed: Sequence[Role]) -> tuple[dict[Role, Instrument], list[Instrument]]:
    """Give as many instruments as possible a role of their own, earlier ones their earlier choice.

    Augmenting paths in a bipartite graph: H. W. Kuhn, "The Hungarian method", 1955.
    """
    players: dict[Role, Instrument] = {}

    def seat(instrument: Instrument, tried: set[Role]) -> bool:
        choices = [role for role in instrument.roles if role in allowed and role not in tried]
        for role in choices:
            if role not in players:
                players[role] = instrument
                return True
        for role in choices:
            tried.add(role)
            if seat(players[role], tried):
                players[role] = instrument
                return True
        return False

    return players, [instrument for instrument in wanted if not seat(instrument, set())]


def _share_out(
    players: dict[Role, Instrument], asked: Sequence[Role], wanted: Sequence[Instrument], allowed: Sequence[Role]
) -> None:
    """Let the instruments of a small ensemble also take the chords and the melody where they can play them."""
    for role in _SHARED:
        if role in players or role in asked or role not in allowed:
            continue
        able = [instrument for instrument in wanted if role in instrument.roles]
        if able:
            players[role] = able[0]


def _own_instrument(role: Role, style: Style, repertoire: Repertoire, excluded: Sequence[str]) -> Instrument | None:
    """Return the style's instrument for a role, or where that is excluded the one that other styles favour."""
    own = style.part(role).instrument
    if own is not None and own not in excluded:
        return repertoire.instruments[own]
    return next((instrument for instrument in repertoire.able(role) if instrument.id not in excluded), None)
