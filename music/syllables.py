"""Syllables of English words: how many, how they are spelled, and which are stressed.

Where a pronunciation is known (ARPAbet, as in the CMU Pronouncing Dictionary), it decides count and stress, and the
spelling is cut to match. Else rules do: groups of vowel letters, silent e, and stress by ending.
Source: E. Fudge, "English Word-Stress" (1984), on endings that draw stress.
"""

import re
from itertools import pairwise
from typing import NamedTuple

_VOWELS = "aeiouy"
_NUCLEUS = re.compile(r"[aeiouyáàâäéèêëíìîïóòôöúùûü]+")
_ONSETS = frozenset(
    [
        "b", "bl", "br", "c", "ch", "chr", "cl", "cr", "d", "dr", "dw", "f", "fl", "fr", "g", "gh", "gl", "gr", "h",
        "j", "k", "kl", "kn", "kr", "l", "m", "n", "p", "ph", "pl", "pr", "ps", "q", "qu", "r", "rh", "s", "sc", "sch",
        "scr", "sh", "shr", "sk", "sl", "sm", "sn", "sp", "spl", "spr", "squ", "st", "str", "sw", "t", "th", "thr",
        "tr", "tw", "v", "w", "wh", "wr", "x", "y", "z",
    ]
)  # fmt: skip
_APART = ("ia", "io", "iu", "ua", "uo", "eo", "ie", "ue", "ui", "oe", "ea", "ya", "yi", "ayi", "ei", "ii", "oi", "ao")
# Vowel letters that always make two syllables, although they stand together: chaos, giant, lion, science, being.
_HIATUS = re.compile(r"^(?:ia(?!l$|n$)|io(?!n)|ie(?:r|st|th|nt|t)|iu|eo(?!u)|uou|ayi|oyi|eyi|uei|oei|yi|ewi|ii|eu[mi])")
_JOINS_I = "ctxgsh"  # special, nation, religious: after these the i is not heard
_LEVELS = {"1": 2, "2": 1, "0": 0}
_STRESS_BEFORE = re.compile(
    r"(?:[st]ions?|cians?|ics?|ical|ically|ity|ities|ify|ian|ious|eous|uous|ial|ual|graphy|logy|meter|sive)$"
)
_STRESS_LAST = re.compile(r"(?:ee|eer|ese|ette|esque|oon|ique|ain|self|selves)$")
_UNSTRESSED_PREFIX = re.compile(
    r"^(?:a(?![aeiou])(?!n[gkd]|ppl|ft|ct|mb|ng|sh)|be(?!tt|ll|nd|st|rr|au|a)|de(?!v|s?p[ae]r|ar|nt)|re(?!a|d|st|nt|sc)"
    r"|un|mis|dis|con(?!st)|com(?!m?on|fort|ing|et|pan)|ex(?!tra|it)|for[gbs]|in(?!n|to|st[ai]n)|im|en(?!d|em|er|g)"
    r"|per(?!f|s|i)|pre|pro(?!b|m|f|p|d|gr)|sur(?!f|el)|sup|to(?:d|n|w|g|m)|up)"
)
_FUNCTION_WORDS = frozenset(
    [
        "a", "an", "the", "and", "or", "but", "nor", "if", "as", "at", "by", "for", "from", "in", "into", "of", "off",
        "on", "onto", "to", "up", "with", "than", "that", "this", "these", "those", "is", "am", "are", "was", "were",
        "be", "been", "do", "does", "did", "has", "have", "had", "will", "would", "shall", "should", "can", "could",
        "may", "might", "must", "i", "i'm", "i'll", "i've", "i'd", "you", "your", "you're", "you'll", "he", "his",
        "him", "she", "her", "it", "its", "it's", "we", "we're", "us", "our", "they", "them", "their", "my", "me",
        "mine", "so", "'cause", "'til", "till", "there", "here's", "there's", "that's", "what's", "let's", "not",
        "don't", "won't", "can't", "oh", "ooh",
    ]
)  # fmt: skip


class Cut(NamedTuple):
    """A syllable of a word: its letters, its stress as in ``music.lyrics.Syllable``, its phonemes if they are known."""

    text: str
    stress: int
    phonemes: str = ""


def cut_word(word: str, phonemes: tuple[str, ...] = ()) -> tuple[Cut, ...]:
    """Return a word's syllables; a word of one syllable is weighty (1) unless it only joins others (0)."""
    if phonemes:
        parts = _spoken_syllables(phonemes)
        texts = spelled(word, len(parts))
        if len(texts) == len(parts):
            stresses = [_LEVELS[_vowel(part)[-1]] for part in parts]
            return _weighed(word, texts, stresses, tuple(" ".join(part) for part in parts))
    texts = spelled(word, count_syllables(word))
    return _weighed(word, texts, _guessed_stress(word.lower(), len(texts)), ("",) * len(texts))


def _weighed(word: str, texts: tuple[str, ...], stresses: list[int], phonemes: tuple[str, ...]) -> tuple[Cut, ...]:
    if len(texts) == 1:
        stresses = [0 if word.lower() in _FUNCTION_WORDS else 1]
    elif 2 not in stresses:
        stresses = [2 if i == stresses.index(max(stresses)) else stress for i, stress in enumerate(stresses)]
    return tuple(Cut(*parts) for parts in zip(texts, stresses, phonemes, strict=True))


def _vowel(part: list[str]) -> str:
    return next(phoneme for phoneme in part if phoneme[-1].isdigit())


def _spoken_syllables(phonemes: tuple[str, ...]) -> list[list[str]]:
    """Cut phonemes into syllables: one consonant, or s with a stop, opens the next; the others close the last."""
    nuclei = [i for i, phoneme in enumerate(phonemes) if phoneme[-1].isdigit()]
    if not nuclei:
        return []
    edges = [0]
    for left, right in pairwise(nuclei):
        n_between = right - left - 1
        opening = min(n_between, 1)
        if n_between >= 2 and phonemes[right - 1] in ("R", "L", "W", "Y") and phonemes[right - 2] in _OBSTRUENTS:
            opening = 2
        edges.append(right - opening)
    edges.append(len(phonemes))
    return [list(phonemes[start:end]) for start, end in pairwise(edges)]


_OBSTRUENTS = ("P", "B", "T", "D", "K", "G", "F", "TH", "S", "SH", "V")


def count_syllables(word: str) -> int:
    """Count by spelling alone: groups of vowel letters, without silent e, with endings that are syllables."""
    return max(1, len(_nuclei(word.lower())))


def _nuclei(word: str) -> list[tuple[int, int]]:
    """Return where each sounding group of vowel letters begins and ends."""
    found: list[tuple[int, int]] = []
    for match in _NUCLEUS.finditer(word):
        start, end = match.span()
        group = match[0]
        if group[0] == "y" and start == 0 and len(group) > 1:
            start, group = start + 1, group[1:]
        if start and word[start - 1] == "q" and group[0] == "u" and len(group) > 1:
            start, group = start + 1, group[1:]
        is_soft = group[0] == "i" and start > 0 and word[start - 1] in _JOINS_I and group[1:2] in ("a", "o", "ou")
        inner = None if is_soft else _HIATUS.match(group + word[end:])
        if len(group) > 1 and inner:
            middle = start + max(
                1, min(len(group) - 1, 2 if group[1] in "yw" or group.startswith(("iou", "uou")) else 1)
            )
            found += [(start, middle), (middle, end)]
        else:
            found.append((start, end))
    return [span for i, span in enumerate(found) if not _is_silent(word, span, len(found), i)]


def _is_silent(word: str, span: tuple[int, int], n_groups: int, index: int) -> bool:
    """Tell whether a lone e is not heard: love, lov-ed, loves, lonely."""
    start, end = span
    if word[start:end] != "e" or n_groups == 1 or index == 0:
        return False
    before, after = word[start - 1], word[end:]
    if before == "l" and start >= 2 and after in ("", "d", "s") and word[start - 2] not in _VOWELS + "l":
        return False  # little, little's
    if after == "":
        return before not in _VOWELS
    if after in ("d", "s"):
        return before not in "td" if after == "d" else not word[:start].endswith(("s", "x", "z", "c", "g", "sh", "ch"))
    if after in ("ly", "less", "ful", "ness", "ment", "fully"):
        return True
    return after in ("thing", "time", "where", "body", "one") and word[:start] in ("som", "any", "ever", "mor")


def spelled(word: str, n_syllables: int) -> tuple[str, ...]:
    """Cut a word's letters into ``n_syllables``, as hyphens would stand; fewer where it has too few letters."""
    lower = word.lower()
    nuclei = _nuclei(lower) or [(0, len(word))]
    if len(nuclei) > n_syllables:
        nuclei = _merged(lower, nuclei, n_syllables)
    while len(nuclei) < n_syllables and (more := _parted(lower, nuclei)) != nuclei:
        nuclei = more
    edges = [0]
    for (_, end), (start, _) in pairwise(nuclei):
        edges.append(_edge(lower, end, start))
    edges.append(len(word))
    return tuple(word[start:end] for start, end in pairwise(edges))


def _merged(word: str, nuclei: list[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    """Drop the nuclei that sound least: a lone e inside first, then the last ones."""
    kept = list(nuclei)
    while len(kept) > wanted and len(kept) > 1:
        lone = [i for i in range(1, len(kept)) if word[slice(*kept[i])] == "e"]
        touching = [i for i in range(1, len(kept)) if kept[i][0] == kept[i - 1][1]]
        gone = touching[0] if touching else lone[-1] if lone else len(kept) - 2 if len(kept) > 2 else 1
        if touching:
            kept[gone - 1] = (kept[gone - 1][0], kept[gone][1])
        kept.pop(gone)
    return kept


def _parted(word: str, nuclei: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one more nucleus: of vowels that stand together, a silent e, or a consonant that sounds by itself."""
    for i, (start, end) in enumerate(nuclei):
        if end - start >= 2 and any(word.startswith(pair, start) for pair in _APART):
            return [*nuclei[:i], (start, start + 1), (start + 1, end), *nuclei[i + 1 :]]
    silent = [m.span() for m in re.finditer("e", word) if all(not s <= m.start() < e for s, e in nuclei)]
    if silent:
        return sorted([*nuclei, silent[-1]])
    for i, (start, end) in enumerate(nuclei):
        if end - start >= 2:
            return [*nuclei[:i], (start, start + 1), (start + 1, end), *nuclei[i + 1 :]]
    tail = nuclei[-1][1]
    contracted = word.find("n't")
    if contracted > tail - 1 and contracted > 0:
        return [*nuclei, (contracted, contracted + 1)]
    if len(word) - tail >= 2:
        return [*nuclei, (len(word) - 1, len(word))]
    return nuclei


def _edge(word: str, end: int, start: int) -> int:
    """Return where the consonants between two nuclei part: the longest that can open a syllable goes right."""
    between = word[end:start].replace("'", "")
    n_between = start - end
    if not _NUCLEUS.match(word[start]):
        return start  # a consonant that sounds by itself: did-n't
    if n_between >= 2 and between[-1:] == "l" and word[start:] in ("e", "ed", "es"):
        return start - 2  # lit-tle
    if n_between <= 1 or len(between) != n_between:
        return end if n_between <= 1 else end + n_between // 2
    if between in ("ck", "x", "ng") or (n_between == 2 and between[0] == between[1]):
        return end + (2 if between == "ck" else 1)
    for at in range(1 if n_between > 1 and between not in _ONSETS else 0, n_between):
        if between[at:] in _ONSETS:
            return end + at + (between[at] == "s" and n_between - at > 1 and between[at + 1] != "h")
    return start - 1


def _guessed_stress(word: str, count: int) -> list[int]:
    """Guess stress by the word's ending and opening: 2 on one syllable, 0 elsewhere."""
    stresses = [0] * count
    if count == 1:
        return [1]
    if _STRESS_LAST.search(word):
        main = count - 1
    elif count >= 2 and _STRESS_BEFORE.search(word):
        n_after = len(_nuclei(_STRESS_BEFORE.search(word)[0]))  # type: ignore[index]  # it was found just above
        main = max(0, count - n_after - 1)
    elif count == 2:
        main = 1 if _UNSTRESSED_PREFIX.match(word) and not word.endswith(("y", "er", "le", "en", "ing")) else 0
    elif _UNSTRESSED_PREFIX.match(word):
        main = 1
    else:
        main = 0 if count == 3 else count - 3
    stresses[main] = 2
    return stresses
