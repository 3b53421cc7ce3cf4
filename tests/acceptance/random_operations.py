"""Drawing valid change sets by chance, from what the fields of operations mean and from what is in the session."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from music.changeset import ChangeSet, ChangeSetId
from music.operations import Operation
from music.operations.fields import FileToRead, Makes, Names, Within, field_meanings
from music.time import BBT, TimeSignature
from tests.acceptance.random_effects import follow
from tests.acceptance.random_fits import FIELD_KINDS, FITS
from tests.acceptance.random_things import CannotDraw, Surroundings, Things

_MOST_TRIES = 20
_LONGEST_SET = 5
_NO_NUMBER_BELOW = -60.0  # dB, where a level may be anything down to silence
_RARELY = 0.2
_MOST_ITEMS = 3
_WORDS = ("Amber", "Birch", "Cedar", "Dusk", "Ember", "Fjord", "Größe", "Hush & <b>", 'In "quotes"', "Jay; 1")
_AFTER = {"remove_tempo": "set_tempo"}  # what can be done only after another one: it would stand in the others' way


@dataclass(frozen=True, slots=True)
class Draw:
    """A change set drawn by chance; ``missed`` are verbs for which nothing was there after what came before them."""

    change_set: ChangeSet
    missed: tuple[str, ...]


def operation_types() -> dict[str, type[Operation]]:
    """Return every operation that a model may ask for, by its verb."""
    offered = (found for found in get_args(Operation) if getattr(found, "is_offered", True))
    return {_verb(found): found for found in offered}


def draws(seed: str, verbs: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Return of each change set the verbs: as from a pack of cards, so that all come before any comes again."""
    chance = Random(f"{seed} verbs")
    pack: list[str] = []
    while True:
        n_verbs = chance.randint(1, _LONGEST_SET)
        if len(pack) < n_verbs:
            pack = [*pack, *chance.sample(verbs, len(verbs))]
        hand, pack = pack[:n_verbs], pack[n_verbs:]
        yield tuple(step for verb in hand for step in (_AFTER.get(verb), verb) if step is not None)


def draw_change_set(seed: str, verbs: Sequence[str], around: Surroundings) -> Draw:
    """Return the change set of a seed with an operation of each verb, as far as the ones before leave it possible."""
    chance = Random(seed)
    drawing = _Drawing(chance, around)
    operations, missed = [], []
    for verb in verbs:
        try:
            operations.append(drawing.operation(verb))
        except CannotDraw:
            missed.append(verb)
    change_set = ChangeSet(id=ChangeSetId(f"random-{seed}"), label=f"random {seed}", operations=tuple(operations))
    return Draw(change_set, tuple(missed))


def _verb(kind: type[Any]) -> str:
    return next(str(field.default) for field in fields(kind) if field.name == "verb")


class _Drawing:
    """One change set on its way; it knows what there will be by then."""

    def __init__(self, chance: Random, around: Surroundings) -> None:
        self._chance, self._around = chance, around
        self._things = Things(chance, around)
        self._kinds = operation_types()
        self._n_refs = 0
        self._verb = ""

    def operation(self, verb: str) -> Operation:
        """Draw an operation, and let what it does be done."""
        self._verb = verb
        operation = self._drawn(self._kinds[verb], verb)
        follow(self._things, operation)
        return operation  # type: ignore[no-any-return]  # its type is told by its verb

    def _drawn(self, kind: type[Any], verb: str = "") -> Any:
        """Draw an operation or a part of one; what its own rules refuse is drawn again."""
        for _ in range(_MOST_TRIES):
            drawn = self._fields(kind)
            if fit := FITS.get(verb):
                fit(self._things, drawn)
            try:
                return kind(**drawn)
            except ValueError:
                continue
        raise CannotDraw(kind.__name__)

    def _fields(self, kind: type[Any]) -> dict[str, Any]:
        drawn: dict[str, Any] = {}
        has_default = {field.name: field.default for field in fields(kind)}
        for meaning in field_meanings(kind):  # type: ignore[arg-type]  # a type is hashable
            default = has_default[meaning.name]
            is_optional = default is None or NoneType in get_args(meaning.type)
            if is_optional and self._things.often():
                drawn[meaning.name] = None
                continue
            drawn[meaning.name] = self._value(meaning.name, meaning.type, meaning.markers)
        return drawn

    def _value(self, name: str, hint: Any, markers: tuple[object, ...]) -> Any:  # noqa: PLR0911  one line per type
        if get_origin(hint) in (Union, UnionType):
            return self._value(
                name, self._chance.choice([part for part in get_args(hint) if part is not NoneType]), markers
            )
        if hasattr(hint, "__metadata__"):
            return self._value(name, get_args(hint)[0], tuple(hint.__metadata__))
        if get_origin(hint) is tuple:
            return self._values(name, get_args(hint)[0], markers)
        if get_origin(hint) is Literal:
            return self._chance.choice(get_args(hint))
        if hint is bool:
            return self._things.often()
        if hint is BBT:
            return self._things.place()
        if hint is TimeSignature:
            return TimeSignature(self._chance.choice((3, 4, 5, 7)), self._chance.choice((4, 8)))
        if hint in (int, float):
            return self._number(hint, markers)
        if hint is str:
            return self._text(name, markers)
        return self._drawn(hint)

    def _values(self, name: str, hint: Any, markers: tuple[object, ...]) -> tuple[Any, ...]:
        found: list[Any] = []
        for _ in range(self._chance.randint(1, _MOST_ITEMS)):
            value = self._value(name, hint, markers)
            if value not in found:
                found.append(value)
        return tuple(found)

    def _number(self, hint: type[Any], markers: tuple[object, ...]) -> float | int:
        bounds = next((marker for marker in markers if isinstance(marker, Within)), Within(0, 8))
        if hint is int:
            return self._chance.randint(int(bounds.low), int(min(bounds.high, bounds.low + 16)))
        low = bounds.low if bounds.low > -math.inf else _NO_NUMBER_BELOW
        if bounds.low == -math.inf and self._things.often(_RARELY):
            return -math.inf
        number = round(self._chance.uniform(low, min(bounds.high, low + 100)), self._chance.choice((0, 1, 3)))
        return max(number, bounds.low)

    def _text(self, name: str, markers: tuple[object, ...]) -> str:
        for marker in markers:
            if isinstance(marker, Names):
                return self._things.pick(FIELD_KINDS.get((self._verb, name), marker.kind)).name
            if isinstance(marker, Makes):
                self._n_refs += 1
                return f"ref {self._n_refs}"
            if isinstance(marker, FileToRead):
                return self._around.audio
        if name == "colour":
            return f"#{self._chance.randrange(1 << 24):06x}"
        return f"{self._chance.choice(_WORDS)} {self._chance.randrange(1000)}"
