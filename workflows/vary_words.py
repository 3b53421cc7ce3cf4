"""Reads what is to change about a take: words become typed changes, with the account of how they were understood."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engines.composer.given import style_of
from music.brief import Brief, Reading, Remark
from music.errors import RequestInvalid
from music.instrument import Instrument, Role
from music.pitch import Mode
from music.plan import Plan
from music.style import Style
from music.variation.changes import (
    AddPart,
    Articulation,
    Change,
    Colour,
    Density,
    Dynamics,
    Mix,
    MoveOctaves,
    Regenerate,
    Rekey,
    Resize,
    Retempo,
    Scope,
    Silence,
    SwapInstrument,
    Swing,
    TimeFeel,
)
from workflows.planner.page import Named
from workflows.planner.quantities import check_bars, check_tempo_bpm
from workflows.planner.repertoire import Repertoire
from workflows.planner.rules import check_prompt
from workflows.planner.settle import unused_words
from workflows.planner.vocabulary import Kind, Vocabulary
from workflows.vary_clauses import Act, Clause, Request
from workflows.vary_pitch import in_mode, read_chords, read_key, read_transposition
from workflows.vary_vocabulary import Effect, VariationWords

_MOST_BARS_ADDED = 8  # by "longer" alone
_EXAMPLES = (
    "'darker', 'busier hats in the chorus', 'half-time drop', 'swap piano for Rhodes', 'down a tone', "
    "'regenerate the bass', 'no drums in verse 1', 'add strings', 'longer intro', 'louder bass'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationReading:
    """What was asked to change, and how the words were understood."""

    changes: tuple[Change, ...]
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What words may name."""

    vocabulary: Vocabulary
    words: VariationWords
    repertoire: Repertoire


def read_variation(prompt: str, plan: Plan, tables: Tables) -> VariationReading:
    """Read a request about a take; RequestInvalid, with what would work, where nothing in it is known here."""
    request = Request(check_prompt(prompt), tables.vocabulary, tables.words, plan)
    reader = _Reader(request, tables)
    for clause in request.clauses:
        reader.read(clause)
    for i in range(len(request.page)):
        if request.phrase(i, tables.words.fillers) or request.typed[i] in tables.words.degrees:
            request.page.use(i, i + max(1, request.phrase(i, tables.words.fillers)))
    unused = tuple(unused_words(request.page))
    if not reader.changes:
        raise RequestInvalid(
            f"nothing in {prompt!r:.80} says what to change about the take; say for example {_EXAMPLES}"
        )
    reading = Reading(
        brief=Brief(prompt=prompt), understood=tuple(reader.understood), assumed=tuple(reader.assumed), unused=unused
    )
    return VariationReading(changes=tuple(dict.fromkeys(reader.changes)), reading=reading)


def narrowed(asked: VariationReading, role: Role) -> VariationReading:
    """Return the changes as they are meant for one part; RequestInvalid for those that concern more than that."""
    changes = []
    for change in asked.changes:
        scope = getattr(change, "scope", None)
        named = set(scope.roles) | ({Role.DRUMS} if scope.drums else set()) if scope is not None else set()
        is_swap = isinstance(change, SwapInstrument) and change.role is role
        if isinstance(change, Rekey) or not (is_swap or (scope is not None and named <= {role})):
            raise RequestInvalid(
                f"{asked.reading.brief.prompt!r:.80} concerns more than the {role.value.replace('_', '-')}; "
                "ask for it in a chat or with 'sideman vary', or say what shall be different about this part alone"
            )
        changes.append(change if scope is None or named else replace(change, scope=replace(scope, roles=(role,))))
    return replace(asked, changes=tuple(changes))


class _Reader:
    """Turns clauses into changes."""

    def __init__(self, request: Request, tables: Tables) -> None:
        self.request, self.page, self.plan = request, request.page, request.plan
        self.tables = tables
        self.style: Style = style_of(request.plan, tables.repertoire.styles)
        self.changes: list[Change] = []
        self.understood: list[Remark] = []
        self.assumed: list[Remark] = []

    def read(self, clause: Clause) -> None:
        """Read one clause."""
        before = len(self.changes)
        self._take(read_chords(self.request, clause), clause)
        if len(self.changes) == before:
            self._take(read_key(self.request, clause), clause)
            self._take(read_transposition(self.request, clause), clause)
        if len(self.changes) > before:
            return
        for act in clause.acts:
            for effect in act.action.does:
                self._take(self._changes(effect, act, clause), clause)
        if len(self.changes) == before:
            self._take(self._without_action(clause), clause)

    def _take(self, changes: Iterable[Change], clause: Clause) -> None:
        for change in changes:
            self.changes.append(change)
            words = self.page.text(clause.start, clause.end)
            self.understood.append(Remark(change.kind, words))

    def _changes(self, effect: Effect, act: Act, clause: Clause) -> Iterator[Change]:
        kind = effect.kind
        if kind in ("tempo", "tempo_factor"):
            yield Retempo(tempo_bpm=self._tempo(effect, clause))
        elif kind == "mode":
            yield from self._mode(effect)
        elif kind == "length":
            yield from self._length(effect, clause)
        elif kind in ("gain", "reverb", "pan"):
            yield from self._mix(effect, clause)
        elif kind == "more":
            yield from self._more(effect, clause)
        elif kind in ("add", "swap"):
            yield from self._add(clause) if kind == "add" else self._swap(act, clause)
        else:
            scope = self.request.scope(clause)
            if not (scope.roles or scope.drums) and effect.roles:
                playing = {part.role for part in self.plan.parts}
                scope = Scope(roles=tuple(role for role in effect.roles if role in playing), bars=scope.bars)
                if not scope.roles:
                    return
            yield self._played(effect, scope, clause)

    def _played(self, effect: Effect, scope: Scope, clause: Clause) -> Change:  # noqa: PLR0911  one for each kind
        up = 1 if effect.amount > 0 else -1
        match effect.kind:
            case "colour":
                return Colour(direction=up, scope=scope)  # type: ignore[arg-type]  # -1 or 1
            case "register" if scope.roles:
                return MoveOctaves(octaves=up, scope=scope)
            case "register":
                return Colour(direction=up, scope=scope)  # type: ignore[arg-type]  # -1 or 1
            case "density":
                return Density(direction=up, scope=scope)  # type: ignore[arg-type]  # -1 or 1
            case "half_time" | "double_time":
                return TimeFeel(is_half_time=effect.kind == "half_time", scope=scope)
            case "swing" | "swing_to":
                return Swing(amount=self._swing(effect, clause), scope=scope)
            case "articulation":
                return Articulation(factor=effect.amount, scope=scope)
            case "dynamics":
                return Dynamics(factor=effect.amount, scope=scope)
            case "remove":
                return self._removed(scope, clause)
            case _:
                return Regenerate(scope=scope)

    def _without_action(self, clause: Clause) -> Iterator[Change]:
        """Read a clause that says what to do without a word for it: a tempo, a section's bars, who alone plays."""
        page = self.page
        if self.request.cue("only", clause) and clause.subjects:
            roles = {role for named in clause.subjects for role in self.request.roles_of(named)}
            others = tuple(part.role for part in self.plan.parts if part.role not in roles)
            self._use_cue("only", clause)
            if others:
                yield Silence(scope=Scope(roles=others, bars=clause.bars))
            return
        for i in range(clause.start, clause.end):
            number = page.number(i)
            if number is not None and (length := page.starts("bpm", i + 1)):
                page.use(i, i + 1 + length)
                yield Retempo(tempo_bpm=check_tempo_bpm(number))
                return
        if clause.sections and any(page.starts("bars", i) for i in range(clause.start, clause.end)):
            yield from self._length(Effect(kind="length", amount=1.0), clause)
        elif clause.subjects and (decibels := self._decibels(clause)) is not None:
            meant = self.request.scope(clause)
            self._use_cue("up", clause)
            self._use_cue("down", clause)
            yield Mix(roles=meant.roles, gain_db=decibels)
        else:
            yield from self._taken_up(clause)

    def _taken_up(self, clause: Clause) -> Iterator[Change]:
        """Read ``make the lead a trumpet``: of two names one plays already, and the other shall."""
        named = [one for one in clause.subjects if one.term.kind is not Kind.DRUM]
        playing = [one for one in named if self._plays(one)]
        others = [one for one in named if not self._plays(one) and one.term.kind is Kind.INSTRUMENT]
        if len(playing) == len(others) == 1:
            for role in self.request.roles_of(playing[0]):
                yield SwapInstrument(role=role, instrument=self._instrument(others[0], role).id)

    def _plays(self, named: Named) -> bool:
        try:
            return bool(self.request.roles_of(named))
        except RequestInvalid:
            return False

    # Amounts

    def _degree(self, clause: Clause) -> float:
        for i in range(clause.start, clause.end):
            length = self.request.phrase(i, self.tables.words.degrees)
            if length and self.page.is_free(i, i + length):
                self.page.use(i, i + length)
                return self.tables.words.degrees[" ".join(self.request.typed[i : i + length])]
        return 1.0

    def _number_of(self, unit: str, clause: Clause) -> tuple[float, bool] | None:
        """Return a number of some unit in a clause, and whether it is a difference: ``by 4 bars``, ``4 bars more``."""
        page = self.page
        acts = {act.start for act in clause.acts}
        for i in range(clause.start, clause.end):
            number = page.number(i)
            length = page.starts(unit, i + 1) if number is not None else 0
            if number is not None and length:
                end = i + 1 + length
                is_difference = end in acts or (i > 0 and self.request.typed[i - 1] in ("by", "another"))
                page.use(i, end)
                return number, is_difference
        return None

    def _tempo(self, effect: Effect, clause: Clause) -> float:
        was = self.plan.tempo_bpm
        if effect.kind == "tempo_factor":
            return check_tempo_bpm(round(was * effect.amount, 2))
        sign = 1 if effect.amount > 0 else -1
        if (given := self._number_of("bpm", clause)) is not None:
            number, is_difference = given
            return check_tempo_bpm(was + sign * number if is_difference else number)
        if (percent := self._percent(clause)) is not None:
            return check_tempo_bpm(round(was * (1 + sign * percent / 100), 2))
        tempo_bpm = check_tempo_bpm(float(round(was * (1 + effect.amount * self._degree(clause)))))
        self.assumed.append(Remark("tempo_bpm", f"{tempo_bpm:g} instead of {was:g}"))
        return tempo_bpm

    def _percent(self, clause: Clause) -> float | None:
        for i in range(clause.start, clause.end):
            number = self.page.number(i)
            length = self.request.phrase(i + 1, self.tables.words.cues["percent"]) if number is not None else 0
            if length:
                self.page.use(i, i + 1 + length)
                return number
        return None

    def _decibels(self, clause: Clause) -> float | None:
        for i in range(clause.start, clause.end):
            number = self.page.number(i)
            length = self.request.phrase(i + 1, self.tables.words.cues["decibels"]) if number is not None else 0
            if number is not None and length:
                self.page.use(i, i + 1 + length)
                is_down = "-" in self.page.tokens[i].gap or self.request.cue("down", clause)
                return -number if is_down else number
        return None

    def _swing(self, effect: Effect, clause: Clause) -> float:
        was = self.style.swing if self.plan.swing is None else self.plan.swing
        if effect.kind == "swing_to":
            return effect.amount
        if (percent := self._percent(clause)) is not None:
            return min(1.0, percent / 100)
        amount = round(min(1.0, max(0.0, was + effect.amount * self._degree(clause))), 2)
        self.assumed.append(Remark("swing", f"{amount:.0%} instead of {was:.0%}"))
        return amount

    # What has a shape of its own

    def _mode(self, effect: Effect) -> Iterator[Change]:
        yield from in_mode(self.plan, Mode.MINOR if effect.mode == "minor" else Mode.MAJOR)

    def _length(self, effect: Effect, clause: Clause) -> Iterator[Change]:
        if not clause.sections:
            names = ", ".join(section.name for section in self.plan.sections)
            raise RequestInvalid(f"which section shall be longer or shorter? The take has: {names}")
        given = self._number_of("bars", clause)
        degree = self._degree(clause)
        for section in clause.sections:
            was = section.n_bars
            if given is not None:
                number, is_difference = given
                sign = 1 if effect.amount >= 1 else -1
                n_bars = check_bars(was + sign * number if is_difference else number)
            elif effect.amount > 1:
                n_bars = was + max(1, round(min(was, _MOST_BARS_ADDED) * min(degree, 2.0)))
            else:
                n_bars = max(1, was // 2)
            if given is None:
                self.assumed.append(Remark("form", f"{section.name} of {n_bars} bars instead of {was}"))
            yield Resize(section=section.name, n_bars=n_bars)

    def _mix(self, effect: Effect, clause: Clause) -> Iterator[Change]:
        scope = self.request.scope(clause)
        if scope.drums:  # a drum has no fader of its own: it is struck harder or softer
            yield Dynamics(factor=1.2 if effect.amount > 0 else 0.8, scope=scope)
            return
        if not scope.roles and effect.kind == "gain" and effect.amount:
            yield Dynamics(factor=1.12 if effect.amount > 0 else 0.86, scope=scope)
            return
        roles = scope.roles or tuple(part.role for part in self.plan.parts)
        if effect.kind == "pan":
            yield Mix(roles=roles, pan=self._side(clause))
            return
        decibels = self._decibels(clause)
        if effect.kind == "reverb":
            yield Mix(roles=roles, reverb_db=round(effect.amount * self._degree(clause), 1))
        elif scope.bars:  # the mix holds for the whole take; within it players play up or down
            yield Dynamics(factor=1.18 if effect.amount > 0 else 0.8, scope=scope)
        elif decibels is not None:
            sign = -1 if effect.amount < 0 and decibels > 0 else 1
            yield Mix(roles=roles, gain_db=sign * decibels)
        else:
            yield Mix(roles=roles, gain_db=round(effect.amount * self._degree(clause), 1))

    def _more(self, effect: Effect, clause: Clause) -> Iterator[Change]:
        """Read ``more hats`` and ``less piano``: more notes of a drum, more level of a part."""
        if any(named.term.kind is Kind.DRUM for named in clause.subjects):
            up = 1 if effect.amount > 0 else -1
            yield Density(direction=up, scope=self.request.scope(clause))  # type: ignore[arg-type]  # -1 or 1
        elif clause.subjects:
            yield from self._mix(Effect(kind="gain", amount=effect.amount), clause)

    def _side(self, clause: Clause) -> float:
        for i in range(clause.start, clause.end):
            if self.request.typed[i] in self.tables.words.sides:
                self.page.use(i, i + 1)
                place = self.tables.words.sides[self.request.typed[i]]
                is_hard = self.request.cue("hard", clause)
                self._use_cue("hard", clause)
                return 2 * place if is_hard else round(place * self._degree(clause), 2)
        raise RequestInvalid("where to pan it? Say left, right or centre, such as 'pan the guitar left'")

    def _removed(self, scope: Scope, clause: Clause) -> Change:
        if not (scope.roles or scope.drums):
            words = self.page.text(clause.start, clause.end)
            raise RequestInvalid(f"{words!r}: who shall not play? Name a part, an instrument or a drum")
        return Silence(scope=scope)

    def _use_cue(self, name: str, clause: Clause) -> None:
        if place := self.request.cue(name, clause):
            self.page.use(*place)

    def _swap(self, act: Act, clause: Clause) -> Iterator[Change]:
        """Read ``swap piano for Rhodes`` and ``Rhodes instead of piano``; a part named alone is written anew."""
        if ways := [way for way in ("up", "down") if self.request.cue(way, clause)]:  # "turn the bass up"
            self._use_cue(ways[0], clause)
            yield from self._mix(Effect(kind="gain", amount=3.0 if ways[0] == "up" else -3.0), clause)
            return
        named = [one for one in clause.subjects if one.term.kind is not Kind.DRUM]
        is_turned = " ".join(self.request.typed[act.start : act.end]) in self.tables.words.cues["instead_of"]
        if len(named) < 2:
            if is_turned or not clause.subjects:
                raise RequestInvalid("swap what for what? Name both, such as 'swap piano for Rhodes'")
            yield Regenerate(scope=self.request.scope(clause))
            return
        self._use_cue("swap_for", clause)
        for first, second in zip(named[::2], named[1::2], strict=False):
            old, new = (second, first) if is_turned else (first, second)
            roles = self.request.roles_of(old)
            for role in roles:
                yield SwapInstrument(role=role, instrument=self._instrument(new, role).id)

    def _instrument(self, named: Named, role: Role) -> Instrument:
        """Return the instrument that is to play a role; RequestInvalid for one that cannot."""
        self.page.use(named.start, named.end)
        instruments = self.tables.repertoire.instruments
        if named.term.kind is not Kind.INSTRUMENT:
            raise RequestInvalid(
                f"{self.page.text(named.start, named.end)!r} is no instrument; name one that shall play"
            )
        chosen = instruments[named.term.value]
        if chosen.general_midi.is_drum_kit is not (role is Role.DRUMS):
            wanted = "a drum kit" if role is Role.DRUMS else "an instrument with pitches"
            raise RequestInvalid(f"{chosen.title} cannot play the {role.value}: choose {wanted}")
        return chosen

    def _add(self, clause: Clause) -> Iterator[Change]:
        if not clause.subjects:
            raise RequestInvalid("add what? Name an instrument or a part, such as 'add strings'")
        taken = {part.role for part in self.plan.parts}
        for named in clause.subjects:
            self.page.use(named.start, named.end)
            if named.term.kind is Kind.DRUM:
                if Role.DRUMS not in taken:
                    raise RequestInvalid("this take has no drums; say 'add drums' first")
                yield Density(direction=1, scope=self.request.scope(clause, [named]))
                continue
            role, instrument = self._joining(named, taken)
            taken.add(role)
            yield AddPart(role=role, instrument=instrument, bars=clause.bars)

    def _joining(self, named: Named, taken: set[Role]) -> tuple[Role, str]:
        """Return the part that a name takes on: its own where it plays already, else the first that nobody has."""
        instruments = self.tables.repertoire.instruments
        playing = {part.instrument: part.role for part in self.plan.parts}
        if named.term.kind is not Kind.INSTRUMENT:
            role = Role(named.term.value)
            own = next((part.instrument for part in self.plan.parts if part.role is role), None)
            own = own or self.style.part(role).instrument or self.tables.repertoire.able(role)[0].id
            return role, own
        chosen = instruments[named.term.value]
        if chosen.id in playing:
            return playing[chosen.id], chosen.id
        spare = [role for role in (*chosen.roles, *_SPARE) if role not in taken]
        if chosen.general_midi.is_drum_kit:
            spare = [Role.DRUMS]
        if not spare:
            raise RequestInvalid(
                f"every part that {chosen.title} could play is taken; swap it for another instrument, "
                f"such as 'swap {instruments[self.plan.parts[-1].instrument].title} for {chosen.title}'"
            )
        return spare[0], chosen.id


_SPARE = (Role.COUNTER_MELODY, Role.PAD, Role.ARPEGGIO)  # what nearly any instrument can do besides
