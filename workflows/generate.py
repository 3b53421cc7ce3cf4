"""Generate: words become a whole take, stage by recorded stage."""

from pydantic import TypeAdapter

from music.brief import Reading
from music.clip import Clip
from workflows.cancelling import run_unless_cancelled
from workflows.durable import Job, JsonObject, Recipe
from workflows.making import Making, making_recipe, run_engine, write_score
from workflows.planner import Flags, GivenWish, Planned, Planner, read_flags
from workflows.requests import GenerateRequest
from workflows.rooms import Rooms

_REQUEST = TypeAdapter(GenerateRequest)
CLIP = TypeAdapter(Clip)


def generate_recipe(rooms: Rooms) -> Recipe:
    """Return the recipe ``generate``."""
    return making_recipe("generate", rooms, Generation, _REQUEST.validate_python)


class Generation(Making):
    """A take from words, and from given music where there is some."""

    def __init__(self, rooms: Rooms, job: Job, request: JsonObject) -> None:
        self._asked = _REQUEST.validate_python(request["wish"])
        self._clip = CLIP.validate_python(request["clip"]) if request.get("clip") else None
        super().__init__(rooms, job, request, self._asked)

    def plan(self) -> Planned:
        """Plan what the words ask for."""
        wish = self._asked
        assert wish.seed is not None  # drawn, where none was given, before the job began
        flags = flags_of(self._rooms.planner, wish)
        given = GivenWish(clip=self._clip, task=wish.task) if self._clip else None
        return run_unless_cancelled(
            self._job, self._rooms.planner.plan(wish.prompt, flags, seed=wish.seed, given=given)
        )

    def compose(self, planned: Planned) -> JsonObject:
        """Have the plan's engine write the score."""
        result, engine_version = run_engine(self._rooms, self._job, planned.plan)
        assert result.score is not None
        notices = write_score(self._folder, result.score, planned.plan, self._rooms.instruments)
        return {"engine_version": engine_version, "notices": [*result.notices, *notices]}


def flags_of(planner: Planner, wish: GenerateRequest) -> Flags:
    """Return what was asked for outside the prompt, checked; RequestInvalid for what cannot be met."""
    return read_flags(
        planner.vocabulary,
        bars=wish.bars,
        seconds=wish.seconds,
        tempo_bpm=wish.tempo_bpm,
        key=wish.key,
        time_signature=wish.time_signature,
        genre=wish.genre,
        seed=wish.seed,
        lyrics=wish.lyrics,
    )


def check_wish(planner: Planner, wish: GenerateRequest, clip: Clip | None = None) -> Reading:
    """Return what was read of a wish, words and options; RequestInvalid where it cannot be planned."""
    given = GivenWish(clip=clip, task=wish.task) if clip else None
    return planner.by_rules(wish.prompt, flags_of(planner, wish), seed=wish.seed or 0, given=given).reading
