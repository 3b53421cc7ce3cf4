"""The words about given music: what to do with it, and what it is."""

import re
from collections.abc import Sequence

from music.given import Task
from music.instrument import Role

_TASKS = (
    (Task.HARMONISE, r"(?:re-?)?harmoni[sz]e[sd]?|harmoni[sz]ing|harmoni[sz]ation|chords (?:for|to|under)|put chords"),
    (
        Task.CONTINUE,
        r"continu(?:e|es|ed|ing|ation)|go(?:es)? on|carry on|keep going|extend(?:ed)?|what comes next|more of",
    ),
    (
        Task.PARTS,
        r"missing parts?|complete|completing|accompan(?:y|iment|ies)|add(?:ing)?|back(?:ing)?|play along|to go with",
    ),
)
_PARTS_TO = r"\b(?:to|for|over|under|with|on top of|against|around|behind)\s+(?:this|these|that|those|the|my|our)\s+"
_THINGS = {
    Role.MELODY: r"melod(?:y|ies)|tune|theme|topline|top line|lead|vocal(?: line)?|song",
    Role.BASS: r"bass ?line|bass",
    Role.DRUMS: r"drums?|drum (?:beat|loop|part|groove)|beat|breakbeat|percussion",
    Role.CHORDS: r"chords?|chord progression|progression|changes|piano part",
    Role.ARPEGGIO: r"arpeggio|arp",
    Role.PAD: r"pad",
}
_RIFF = r"riff|hook|lick|groove|loop|clip|idea|phrase|part|line|motif"
_POINTING = r"\b(?:this|these|that|those|the given|my|our)\s+(?:[a-z-]+\s+){0,2}?"
_ABOUT_GIVEN = re.compile(
    rf"{_TASKS[0][1]}|{_TASKS[1][1]}|{_TASKS[2][1]}|{_RIFF}|{'|'.join(_THINGS.values())}|given|existing|^(?:this|these|that|those)$",
    re.IGNORECASE,
)


def read_task(prompt: str) -> Task | None:
    """Return what the words ask to be done with given music; None where they leave it open."""
    text = prompt.lower()
    found = [(match.start(), task) for task, words in _TASKS if (match := re.search(rf"\b(?:{words})\b", text))]
    if found:
        return min(found, key=lambda item: item[0])[1]
    return Task.PARTS if re.search(_PARTS_TO, text) else None


def read_given_role(prompt: str) -> Role | None:
    """Return what the words call the given music: ``this melody`` is one; a riff or a clip may be anything."""
    text = prompt.lower()
    for role, words in _THINGS.items():
        if re.search(rf"{_POINTING}(?:{words})\b", text) or re.search(
            rf"\bharmoni[sz]e (?:the |a )?(?:{words})\b", text
        ):
            return role
    return None


def still_unused(unused: Sequence[str]) -> tuple[str, ...]:
    """Return the words that meant nothing, without those that are about the given music."""
    return tuple(words for words in unused if not _ABOUT_GIVEN.search(words))
