"""Syllables of English words: how many, how they are spelled, and which are stressed.

Where a pronunciation is known (ARPAbet, as in the CMU Pronouncing Dictionary), it decides count and stress, and the
spelling is cut to match. Else rules do: groups of vowel letters, silent e, and stress by ending.
Source: E. Fudge, "English Word-Stress" (1984), on endings that draw stress.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from music.stress import main_stress

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
_HIATUS = re.compile(
    r"(?:ia(?!ge)|io(?!n)|ie(?:r|st|th|nt|t)|iu|eo(?![up])|uou|[aeiou]+i(?=ng)|yi|[aeiou]+y[aeiou](?!$|[sd]$|'s$)|ii|eu[mi]"
    r"|ua(?=[lt])|ue(?=n[ct]|l$)|ui(?=ty|n$|ns|ne|d$|ds$)|ea(?=$|s$|t(?:ed?|es|ing|ion|ions|ive|or|ors)$|r$|rs$|n$)|yo(?=n[de])|ayo|eyo|oya)"
)
_JOINS_I = "ctxgsh"  # special, nation, patient, religious: after these the i is not heard before these
_SOFT = ("ian", "ial", "ion", "iou", "ien", "io")
_OPENS_COMPOUND = re.compile(
    r"^(some|time|life|home|fire|base|frame|pipe|line|state|gate|face|place|fate|safe|care|else|love|move|there|here"
    r"|where|fore|more|store|white|wide|side|bare|game|name|take|make|date|drive|there|horse|house|moonshine|one|eye"
    r"|stone|smoke|wine|blue|spare|space|race|free|whole|gentle|like|five|nine|cheese|note|shore|tide|bride|wave|ware"
    r"|brave|grave|ice|rose|live|hide|lone|use|hope|fuse|waste|taste|shame|peace|voice|breathe|edge|awe|re[pf]lace"
    r"|arrange|excite|amuse|improve|require|retire|state|engage|manage|encourage)(?=[^aeiouy'].*[aeiouy])"
)
_CLITIC = re.compile(r"'(?:s|d|ll|ve|re)$")
_AFTER_SILENT = ("ly", "less", "ful", "ness", "ment", "ments", "fully", "lessly", "some", "ty", "ties", "lessness")
_LEVELS = {"1": 2, "2": 1, "0": 0}
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


def cut_word(
    word: str, phonemes: tuple[str, ...] = (), *, texts: tuple[str, ...] = (), main: int = 0
) -> tuple[Cut, ...]:
    """Return a word's syllables: as it sounds, or cut into ``texts`` with stress on the one at ``main``, or by rules.

    A word of one syllable is weighty (1) unless it only joins others (0).
    """
    if texts:
        return _weighed(word, texts, [2 * (i == main) for i in range(len(texts))], ("",) * len(texts))
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
        is_soft = word[start - 1 : start] in tuple(_JOINS_I) and word.startswith(_SOFT, start)
        inner = None if is_soft or not _may_part(word, start, end) else _HIATUS.match(group + word[end:])
        if len(group) > 1 and inner:
            middle = start + max(
                1, min(len(group) - 1, 2 if group[1] in "yw" or group.startswith(("iou", "uou")) else 1)
            )
            found += [(start, middle), (middle, end)]
        else:
            found.append((start, end))
    heard = [span for i, span in enumerate(found) if not _is_silent(word, span, len(found), i)]
    if word.endswith("ically"):
        heard.pop(-2)
    return [*heard, *_sounding_consonants(word)]


def _may_part(word: str, start: int, end: int) -> bool:
    """Tell whether vowel letters may make two syllables: ea only in words like create, u never after g."""
    if word.startswith("ea", start):
        return bool(
            re.match(
                r"(?:re|pro|de|mis)?(?:crea(?!t?u|[mks])|area|idea|linea|thea(?=t)|rea(?=li|c?t[io])|korea|caesa)",
                word[: end + 3],
            )
        )
    return not (word[start] == "u" and word[start - 1 : start] in ("g", "q"))


def _sounding_consonants(word: str) -> list[tuple[int, int]]:
    """Return the consonant at a word's end that is a syllable by itself: did-n't, rhyth-m."""
    found = re.search(r"[ds](?=n't$)|(?:th|s)(?=ms?$)", word)
    return [(found.end(), found.end() + 1)] if found else []


def _is_silent(word: str, span: tuple[int, int], n_groups: int, index: int) -> bool:
    """Tell whether a lone e is not heard: love, lov-ed, loves, lonely."""
    start, end = span
    if word[start:end] != "e" or n_groups == 1 or index == 0:
        return False
    before, after = word[start - 1], _CLITIC.sub("", word[end:])
    if before == "l" and start >= 2 and after in ("", "d", "s") and word[start - 2] not in _VOWELS + "l":
        return False  # little, little's
    if after == "":
        return before not in _VOWELS or word.endswith("que")
    if after in ("d", "s"):
        return before not in "td" if after == "d" else not word[:start].endswith(("s", "x", "z", "c", "g", "sh", "ch"))
    if after in _AFTER_SILENT and not word[:start].endswith(("cr", "pl", "cl", "el", "cem")):
        return True
    opened = _OPENS_COMPOUND.match(word)
    return opened is not None and opened.end() == end


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
    """Guess stress by the word's spelling: 2 on one syllable, 0 elsewhere."""
    stresses = [0] * count
    stresses[min(count - 1, main_stress(word, count))] = 2 if count > 1 else 1
    return stresses
