"""Plans a request: reads it, asks a language model when one is set up, and has the rules decide what is left."""

from dataclasses import dataclass, replace
from pathlib import Path

from music.brief import Reading
from music.errors import RequestInvalid
from music.plan import Plan
from workflows.configuration import check_instruments, load_instruments, load_pronunciations, load_styles
from workflows.planner.complete import BY_RULES, Author, complete
from workflows.planner.flags import NO_FLAGS, Flags, merge
from workflows.planner.given import GivenWish, plan_given
from workflows.planner.lexicon import load_lexicon
from workflows.planner.llm_settings import LlmFailed, LlmSettings
from workflows.planner.repertoire import Repertoire
from workflows.planner.rules import read_prompt
from workflows.planner.vocabulary import Vocabulary, build_vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, how the request was understood, and what the person should know about its making."""

    reading: Reading
    plan: Plan
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Everything planning needs, loaded once."""

    repertoire: Repertoire
    vocabulary: Vocabulary
    llm: LlmSettings | None = None

    def by_rules(
        self,
        prompt: str,
        flags: Flags = NO_FLAGS,
        *,
        seed: int,
        author: Author = BY_RULES,
        given: GivenWish | None = None,
    ) -> Planned:
        """Plan a request, perhaps about given music, without a model.

        ``seed`` is used where neither flags nor words name one. RequestInvalid when the request cannot be met.
        """
        reading = self._read(prompt, flags)
        return self._with_given(reading, given, seed, author) if given else self._completed(reading, seed, author)

    async def plan(
        self,
        prompt: str,
        flags: Flags = NO_FLAGS,
        *,
        seed: int,
        author: Author = BY_RULES,
        given: GivenWish | None = None,
    ) -> Planned:
        """Plan a request, with the model where one is set up; what was given is always planned for by the rules.

        Any failure of the model leads to the rules and to a notice with the reason.
        """
        reading = self._read(prompt, flags)
        if given:
            return self._with_given(reading, given, seed, author)
        # before the model is asked: it refuses what nobody can meet, and stands in for a model that fails
        by_rules = self._completed(reading, seed, author)
        if self.llm is None:
            return by_rules
        from workflows.planner.llm import ask  # noqa: PLC0415 - the client takes long to load; the rules do without

        try:
            choices = await ask(reading, self.repertoire, self.llm)
            chosen = replace(reading, brief=choices.brief)
            by_model = replace(author, planner=f"llm:{self.llm.model}")
            told, plan = complete(chosen, self.repertoire, seed=seed, author=by_model, draft=choices.draft)
        except LlmFailed as failure:
            reason = str(failure)
        except RequestInvalid as failure:
            reason = f"its plan cannot be made: {failure}"
        else:
            return Planned(reading=replace(told, brief=reading.brief), plan=plan, notices=choices.deviations)
        notice = f"the model {self.llm.model} was not used, the built-in rules planned instead: {reason}"
        return replace(by_rules, notices=(notice,))

    def _read(self, prompt: str, flags: Flags) -> Reading:
        return merge(read_prompt(prompt, self.vocabulary, key=flags.key), flags)

    def _completed(self, reading: Reading, seed: int, author: Author) -> Planned:
        told, plan = complete(reading, self.repertoire, seed=seed, author=author)
        return Planned(reading=told, plan=plan)

    def _with_given(self, reading: Reading, given: GivenWish, seed: int, author: Author) -> Planned:
        told, plan = plan_given(reading, given, self.repertoire, seed=seed, author=author)
        notices = given.clip.notices
        if self.llm:
            notices = (*notices, f"the model {self.llm.model} was not asked: given music is planned for by the rules")
        return Planned(reading=told, plan=plan, notices=notices)


def load_planner(
    configs: Path,
    llm: LlmSettings | None = None,
    *,
    own_styles: Path | None = None,
    own_pronunciations: Path | None = None,
) -> Planner:
    """Read styles, instruments and words from a ``configs`` folder, and more styles from a folder of the user's own.

    ``own_pronunciations`` is a dictionary of the user's own in the format of the CMU Pronouncing Dictionary.

    ConfigurationInvalid if one is wrong.
    """
    folders = (configs / "styles", *([own_styles] if own_styles else []))
    styles, instruments = load_styles(*folders), load_instruments(configs / "instruments.toml")
    check_instruments(styles, instruments, *folders)
    lexicon = load_lexicon(configs / "lexicon.toml")
    pronunciations = load_pronunciations(configs / "syllables.txt", own_pronunciations)
    repertoire = Repertoire(styles=styles, instruments=instruments, lexicon=lexicon, pronunciations=pronunciations)
    return Planner(repertoire=repertoire, vocabulary=build_vocabulary(lexicon, styles, instruments), llm=llm)
