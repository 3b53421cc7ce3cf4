"""Vary: one thing about a kept take is changed, and the rest stays note for note as it was.

Notes come from the parent's ``score.mid``; the composer writes only what a change asks it to. So a take stays itself
however the composer changes later, and whatever was done to it before.
"""

from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from engines.composer.given import style_of
from library.takes import read_take
from music.brief import Brief, Reading, Remark
from music.errors import RequestInvalid
from music.plan import Plan
from music.score import Score
from music.take import Take
from music.variation import Change, Piece, Studio, Variation, vary
from workflows.durable import Job, JsonObject, Recipe
from workflows.making import Making, making_recipe, run_engine, write_score
from workflows.planner import Planned, Planner
from workflows.planner.llm_settings import LlmFailed
from workflows.requests import PartInSession, VaryRequest
from workflows.rooms import Rooms
from workflows.take_files import read_kept_score
from workflows.vary_vocabulary import VariationWords
from workflows.vary_words import Tables, VariationReading, narrowed, read_variation

_REQUEST = TypeAdapter(VaryRequest)
_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Change, ...])
_READING = TypeAdapter(Reading)
_VARIATION = TypeAdapter(Variation)
_LONGEST_IN_TITLE = 40  # characters of the request


def vary_recipe(rooms: Rooms) -> Recipe:
    """Return the recipe ``vary``: its request holds the changes besides, as they were read before the job began."""
    return making_recipe("vary", rooms, Varying, _REQUEST.validate_python)


def read_wish(planner: Planner, words: VariationWords, plan: Plan, wish: VaryRequest) -> VariationReading:
    """Read what a wish changes about a take; RequestInvalid where it says nothing that can be done."""
    tables = Tables(vocabulary=planner.vocabulary, words=words, repertoire=planner.repertoire)
    asked = read_variation(wish.words, plan, tables)
    return asked if wish.part is None else narrowed(asked, wish.part.role)


async def understand(
    planner: Planner, words: VariationWords, plan: Plan, wish: VaryRequest
) -> tuple[VariationReading, list[str]]:
    """Read a wish, with the model where one is set up and the rules leave words over; and tell of a model that failed.

    RequestInvalid where neither finds anything that can be done.
    """
    refusal: RequestInvalid | None = None
    by_rules: VariationReading | None = None
    try:
        by_rules = read_wish(planner, words, plan, wish)
    except RequestInvalid as error:
        refusal = error
    if planner.llm is None or (by_rules is not None and not by_rules.reading.unused):
        if by_rules is None:
            raise refusal or RequestInvalid(f"nothing is known of {wish.words!r:.80}")
        return by_rules, []
    from workflows.vary_llm import ask_for_commands  # noqa: PLC0415 - the client takes long to load

    try:
        instruments = tuple(planner.repertoire.instruments)
        commands = "; ".join(await ask_for_commands(wish.words, plan, words, instruments, planner.llm))
        meant = _all_understood(read_wish(planner, words, plan, replace(wish, words=commands)))
    except (LlmFailed, RequestInvalid) as failure:
        if by_rules is None:
            raise refusal or RequestInvalid(str(failure)) from failure
        return by_rules, [f"the model {planner.llm.model} was not used: {failure}"]
    told = Remark("words", f"the model {planner.llm.model} read them as: {commands}")
    reading = replace(meant.reading, brief=Brief(prompt=wish.words), assumed=(told, *meant.reading.assumed))
    return replace(meant, reading=reading), []


def _all_understood(meant: VariationReading) -> VariationReading:
    """Return what was read of a model's commands; LlmFailed where it used words that are not known."""
    if unused := ", ".join(meant.reading.unused):
        raise LlmFailed(f"its commands hold what is not known: {unused}")
    return meant


def to_request(wish: VaryRequest, asked: VariationReading) -> JsonObject:
    """Return what is recorded with the job."""
    return {
        "wish": _REQUEST.dump_python(wish, mode="json"),
        "changes": _CHANGES.dump_python(asked.changes, mode="json"),
        "reading": _READING.dump_python(asked.reading, mode="json"),
    }


class Varying(Making):
    """A take from another one."""

    def __init__(self, rooms: Rooms, job: Job, request: JsonObject) -> None:
        self._asked = _REQUEST.validate_python(request["wish"])
        self._changes = _CHANGES.validate_python(request["changes"])
        self._reading = _READING.validate_python(request["reading"])
        super().__init__(rooms, job, request, self._asked)

    @property
    def part(self) -> PartInSession | None:
        """The part that is replaced in the open session."""
        return self._asked.part

    def plan(self) -> Planned:
        """Plan what the take becomes with the changes."""
        varied, _ = self._varied()
        return Planned(reading=self._reading, plan=varied.plan)

    def compose(self, planned: Planned) -> JsonObject:
        """Make the changes on the parent's notes, and write the score."""
        varied, done = self._varied()
        score = varied.planned_as(planned.plan).score
        notices = write_score(self._folder, score, planned.plan, self._rooms.instruments)
        assert self._asked.seed is not None  # drawn, where none was given, before the job began
        variation = Variation(words=self._asked.words, seed=self._asked.seed, changes=self._changes, done=done)
        return {
            "engine_version": self._parent().engine_version,
            "notices": notices,
            "variation": _VARIATION.dump_python(variation, mode="json"),
        }

    def account(self, take: Take, made: JsonObject) -> Take:
        """Tell of the parent, and what was changed."""
        variation = _VARIATION.validate_python(made["variation"])
        return replace(take, parent=self._parent().id, variation=variation)

    def _parent(self) -> Take:
        return read_take(Path(self._asked.take))

    def _varied(self) -> tuple[Piece, tuple[str, ...]]:
        parent, rooms = self._parent(), self._rooms
        assert self._asked.seed is not None
        studio = Studio(
            style=style_of(parent.plan, rooms.styles),
            instruments=rooms.instruments,
            compose=self._composed,
            seed=self._asked.seed,
        )
        score = read_kept_score(parent, Path(self._asked.take))
        varied, done = vary(Piece(plan=parent.plan, score=score), self._changes, studio)
        plan = replace(varied.plan, title=_title(parent, varied.plan, self._asked.words))
        return replace(varied, plan=plan), done

    def _composed(self, plan: Plan) -> Score:
        result, _ = run_engine(self._rooms, self._job, plan)
        assert result.score is not None
        return result.score


def _title(parent: Take, plan: Plan, words: str) -> str:
    """Return the parent's title, in its key of now, with what was asked; of a parent that was varied, only the last."""
    title = parent.plan.title
    if parent.variation is not None:
        title = title.removesuffix(f" ({_short(parent.variation.words)})")
    return f"{title.replace(str(parent.plan.key), str(plan.key))} ({_short(words)})"


def _short(words: str) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return line if len(line) <= _LONGEST_IN_TITLE else f"{line[: _LONGEST_IN_TITLE - 1]}…"
