"""Cuts what was said about a take into clauses: one thing to do each, with the parts, sections and amounts it names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from music.errors import RequestInvalid
from music.form import section_kind
from music.instrument import Role
from music.plan import Plan
from music.score import Section
from music.variation.changes import Scope
from workflows.planner.page import Named, Page
from workflows.planner.spelling import Spelling, learn_spelling
from workflows.planner.vocabulary import Kind, Vocabulary
from workflows.vary_vocabulary import Action, VariationWords

_JOINING = ("and", "then", "but", "also", "plus", "while", "with")
_SECTION_ALIASES = {"breakdown": "break", "break": "breakdown", "chorus": "hook", "hook": "chorus", "theme": "head"}
_SUBJECTS = (Kind.ROLE, Kind.INSTRUMENT, Kind.DRUM)
_SHORTEST_CORRECTED = 5  # letters


@dataclass(frozen=True, slots=True)
class Act:
    """An action's words in the request."""

    action: Action
    start: int
    end: int


@dataclass(slots=True)
class Clause:
    """A stretch of words (tokens ``start`` to ``end``) that asks for one thing."""

    start: int
    end: int
    acts: list[Act] = field(default_factory=list)
    subjects: list[Named] = field(default_factory=list)
    bars: tuple[tuple[int, int], ...] = ()
    sections: tuple[Section, ...] = ()


class Request:
    """A request about a take, while it is being read."""

    def __init__(self, prompt: str, vocabulary: Vocabulary, words: VariationWords, plan: Plan) -> None:
        self.page = Page(prompt, vocabulary)
        self.words, self.plan = words, plan
        self._known = _typed_words(words)
        self._spelling = _spelling(words, vocabulary, self._known)
        self.typed = [self._word(i) for i in range(len(self.page))]
        self.acts = list(self._find_acts())
        self.clauses = self._clauses()

    def _word(self, i: int) -> str:
        """Return a word as compared here: as typed, but for a slip in a word for a change."""
        typed = self.page.tokens[i].text.lower().replace("\u2019", "'")
        if self.page.tokens[i].number is not None or typed in self._known:
            return self.page.word(i) if self.page.tokens[i].number is not None else typed
        if len(typed) >= _SHORTEST_CORRECTED and not self.page.vocabulary.phrases.get(typed):
            return self._spelling.meant_by(typed) or typed
        return typed

    def phrase(self, i: int, phrases: Iterable[str]) -> int:
        """Return how many words of the longest of some phrases stand at a place; a stop inside cuts one off."""
        best = 0
        for written in phrases:
            wanted = written.split()
            if self.typed[i : i + len(wanted)] == wanted and len(wanted) > best:
                cut = any(token.is_after_stop for token in self.page.tokens[i + 1 : i + len(wanted)])
                best = best if cut else len(wanted)
        return best

    def cue(self, name: str, clause: Clause) -> tuple[int, int] | None:
        """Return where a cue stands in a clause, unused."""
        for i in range(clause.start, clause.end):
            length = self.phrase(i, self.words.cues[name])
            if length and i + length <= clause.end and self.page.is_free(i, i + length):
                return i, i + length
        return None

    def _find_acts(self) -> Iterator[Act]:
        i = 0
        while i < len(self.page):
            length = 0
            for n_words in range(min(self.words.longest, len(self.page) - i), 0, -1):
                words = tuple(self.typed[i : i + n_words])
                cut = any(token.is_after_stop for token in self.page.tokens[i + 1 : i + n_words])
                if not cut and words in self.words.phrases:
                    length = n_words
                    yield Act(self.words.phrases[words], i, i + n_words)
                    break
            i += length or 1

    # Clauses

    def _clauses(self) -> list[Clause]:
        clauses: list[Clause] = []
        waiting: int | None = None  # where words stand that do nothing by themselves
        for start, end in self._segments():
            clause = Clause(start if waiting is None else waiting, end)
            clause.acts = [act for act in self.acts if clause.start <= act.start < end]
            if clause.acts or self._asks(start, end):
                clauses.append(clause)
                waiting = None
            elif clauses:
                clauses[-1].end = end
            else:
                waiting = clause.start
        if waiting is not None and not clauses:
            clauses.append(Clause(waiting, len(self.page)))
        for clause in clauses:
            self._fill(clause)
        return clauses

    def _segments(self) -> Iterator[tuple[int, int]]:
        start = 0
        for i, token in enumerate(self.page.tokens):
            if i and (token.is_after_stop or self.typed[i] in _JOINING) and i > start:
                yield start, i
                start = i
        if start < len(self.page):
            yield start, len(self.page)

    def _asks(self, start: int, end: int) -> bool:
        """Tell whether words without an action say what to do: up or down by something, a tempo, a key, bars."""
        page = self.page
        for i in range(start, end):
            is_way = self.phrase(i, (*self.words.cues["up"], *self.words.cues["down"]))
            if is_way or (page.number(i) is not None and page.starts("bpm", i + 1)):
                return True
            if page.number(i) is not None and (
                page.starts("bars", i + 1) or self.phrase(i + 1, self.words.cues["decibels"])
            ):
                return True
            term = page.term(i)
            if term is not None and term.kind is Kind.MODE:
                return True
        return bool(self.phrase(start, self.words.cues["only"]))

    def _fill(self, clause: Clause) -> None:
        """Find the parts and sections that a clause names, in words that are no action's."""
        for act in clause.acts:
            self.page.use(act.start, act.end)
        taken = {i for act in clause.acts for i in range(act.start, act.end)}
        sections: list[Section] = []
        for whole in self.page.named:
            named = self._left_of(whole, taken)
            if named is None or not clause.start <= named.start < clause.end:
                continue
            if named.term.kind is Kind.SECTION:
                sections += self._sections(named)
            elif named.term.kind in _SUBJECTS or (named.term.kind is Kind.FILLER and named.term.value):
                clause.subjects.append(named)
        stretches = [(section.start_bar, section.start_bar + section.n_bars - 1) for section in sections]
        stretches += self._bars(clause)
        clause.sections = tuple(dict.fromkeys(sections))
        clause.bars = tuple(sorted(dict.fromkeys(stretches)))

    def _left_of(self, named: Named, taken: set[int]) -> Named | None:
        """Return what a name is without an action's words: "brighter piano" is no bright piano."""
        left = [i for i in range(named.start, named.end) if i not in taken]
        if len(left) == named.end - named.start or not left:
            return named if left else None
        words = tuple(self.page.word(i) for i in left)
        known = self.page.vocabulary.phrases.get(words[0], ())
        return next((Named(term, left[0], left[-1] + 1) for phrase, term in known if phrase == words), None)

    def _sections(self, named: Named) -> list[Section]:
        """Return the sections that a name and its number or ordinal mean; RequestInvalid where the take has none."""
        page, wanted = self.page, named.term.value
        kinds = {wanted, _SECTION_ALIASES.get(wanted, wanted)}
        found = [section for section in self.plan.sections if section_kind(section.name) in kinds]
        start, end = named.start, named.end
        which: int | None = None
        count = page.number(end) if end < len(page) and not page.tokens[end].is_after_stop else None
        if count is not None and count < 10 and not page.starts("bars", end + 1):
            which, end = int(count), end + 1
        elif start and self.typed[start - 1] in self.words.ordinals:
            which, start = self.words.ordinals[self.typed[start - 1]], start - 1
        page.use(start, end)
        chosen = found if which is None else found[which - 1 : which] if which > 0 else found[-1:]
        if not chosen:
            names = ", ".join(section.name for section in self.plan.sections)
            raise RequestInvalid(f"this take has no {page.text(start, end)}; its sections are: {names}")
        return chosen

    def _bars(self, clause: Clause) -> list[tuple[int, int]]:
        """Return the bars named by number: ``bars 5-8``, ``bar 9``."""
        page = self.page
        for i in range(clause.start, clause.end):
            first = page.number(i + 1) if page.starts("bars", i) else None
            if first is None or not page.is_free(i, i + 2):
                continue
            end, last = i + 2, first
            following = end + (self.typed[end : end + 1] in (["to"], ["through"], ["until"], ["and"]))
            if (until := page.number(following)) is not None and following < clause.end:
                last, end = until, following + 1
            n_bars = self.plan.n_bars
            if not 1 <= first <= last <= n_bars or first != int(first) or last != int(last):
                raise RequestInvalid(f"{page.text(i, end)!r}: the take has bars 1 to {n_bars}")
            page.use(i, end)
            return [(int(first), int(last))]
        return []

    # Who is meant

    def roles_of(self, named: Named) -> tuple[Role, ...]:
        """Return the parts of the take that a name means; RequestInvalid where nobody plays that."""
        page, term = self.page, named.term
        page.use(named.start, named.end)
        planned = self.plan.parts
        found: list[Role]
        if term.kind is Kind.DRUM:
            found = [part.role for part in planned if part.role is Role.DRUMS]
        elif term.kind in (Kind.ROLE, Kind.FILLER):
            found = [part.role for part in planned if part.role.value == term.value]
        else:
            found = [part.role for part in planned if part.instrument == term.value]
            family = page.vocabulary.family(page.word(named.end - 1))
            found = found or [part.role for part in planned if part.instrument in family]
        if not found:
            parts = ", ".join(f"{part.role.value.replace('_', '-')} ({part.instrument})" for part in planned)
            raise RequestInvalid(
                f"nobody plays {page.text(named.start, named.end)!r} in this take; its parts are: {parts}"
            )
        return tuple(found)

    def scope(self, clause: Clause, subjects: Iterable[Named] | None = None) -> Scope:
        """Return what a clause is about. Where parts are excepted, all the others."""
        excepted = self._excepted(clause)
        roles: list[Role] = []
        drums: list[str] = []
        for named in clause.subjects if subjects is None else subjects:
            if named in excepted:
                continue
            if named.term.kind is Kind.DRUM:
                self.roles_of(named)
                drums += self.page.lexicon.drums[named.term.value].lanes
            else:
                roles += self.roles_of(named)
        if excepted and not roles:
            left = {role for named in excepted for role in self.roles_of(named)}
            roles = [part.role for part in self.plan.parts if part.role not in left]
        if drums and roles:  # "the hats and the bass": drums alone cannot be narrowed beside other parts
            drums = drums if set(roles) <= {Role.DRUMS} else []
        names = () if drums else tuple(dict.fromkeys(roles))
        return Scope(roles=names, drums=tuple(dict.fromkeys(drums)), bars=clause.bars)

    def _excepted(self, clause: Clause) -> list[Named]:
        place = self.cue("except", clause)
        if place is None:
            return []
        self.page.use(*place)
        return [named for named in clause.subjects if named.start >= place[1]]


def _typed_words(words: VariationWords) -> frozenset[str]:
    known = {word for phrase in words.phrases for word in phrase}
    for group in (words.fillers, words.degrees, words.intervals, words.ordinals, words.sides, *words.cues.values()):
        known |= {word for phrase in group for word in phrase.split()}
    return frozenset(known)


def _spelling(words: VariationWords, vocabulary: Vocabulary, known: frozenset[str]) -> Spelling:
    meant = [word for phrase in words.phrases for word in phrase if len(word) >= _SHORTEST_CORRECTED]
    others = vocabulary.spelling
    return replace(learn_spelling(known | others.known, meant, ()), known=known | others.known)
