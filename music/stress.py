"""Which syllable of an English word is stressed, told by its spelling: by its ending, else by its opening and root.

Source: E. Fudge, "English Word-Stress" (1984): endings that draw stress, endings that leave it where it was, openings
that do not bear it.
"""

import re

_ON_LAST = re.compile(
    r"(?:ees?|eers?|ese|ette|esque|oons?|ique|self|selves|teen|aire|ade|ained?"
    r"|(?:how|what|when|who|which|where|so)ever)$"
)
_NOT_ON_LAST = re.compile(r"(?:coffee|[^aeiou]tain|bargain|villain|committee|^some|^any|^every|^else|^no)")
_DRAWING = re.compile(
    r"(ions?|ional|ics?|ically|icals?|ity|ities|ety|ify|ified|ifies|ians?|i[ao]s?|iums?|ious|eous|uous|ials?|uals?|ually|i?ency"
    r"|[ct]ients?|iences?|graphy|logy|logist|meter|pathy|nomy|cracy|sive)$"
)
_NEUTRAL = re.compile(
    r"(ings?|in'|ed|es|s|ers?|ors?|ness|less|ful|ments?|ables?|ibles?|als?|ances?|ences?|ants?|ents?|ish|ished|ishes"
    r"|ous|ives?|ages?|(?<![ei])en|(?<!e)ens|ened)$"
)
_BACK_TWO = re.compile(r"(?:at|iz|is|ut|ud|it|os)(?:e|es|ed|ing|ors?|ers?)$|[^aeou](?:y|ies|ied)$")
_SOUNDING = ("ing", "ted", "ded", "er", "ers", "or", "ors", "zes", "ses")
_FOUR_BACK = re.compile(r"(?:ary|ory|aries|ories|ative|acy|mony|ator|ature)$")
_ON_SECOND_LAST = re.compile(r"[^aeiou](?:a|o|os|oes|as|i)$")
_BEFORE_THAT = re.compile(r"(?:[ie][rcln]a|ic[ao]|io|ia)s?$")
_LIGHT_GERMANIC = re.compile(
    r"^(?:a(?:b|c|f|g|h|l|m|r|s|sh|w|wh)(?=[aeiouy])|be|for(?=[bgs])|to(?=[dgmnw])|un|mis|with|up|a(?=cross|broad))"
)
_LIGHT_LAST = re.compile(r"(?:[^aeo]y|[^aeiou]les?|ix|us|om|ic|ow)$")
_OPENINGS = re.compile(
    r"^(?:a[bcdfglnprst](?=[^aeiouy])|ab|co[lmnr](?=[^aeiouy])|de(?=[^aeiouy])|dis|di[rv](?=e)|e[mnx](?!$)|e(?=[mlr][aeiou])"
    r"|i[lr](?=[lr])|i[mn](?=[^aeiouy])|ob|oc(?=c)|op(?=p)|per(?=[^aeiouy])|pre(?=[^aeiouy])|pro(?=[^aeiouy])|re(?=[^aeiouyd])"
    r"|re(?=ad[dj]|ac|du)|sub|su[cfgp](?=[cfgp])|sus|trans|under|over)"
)
_DOUBLES = re.compile(r"^(?:under|over|inter)")


def main_stress(word: str, count: int) -> int:
    """Return the index of the main stress in a word of ``count`` syllables, in lower case."""
    if count < 2:
        return 0
    stem = re.sub(r"'(?:s|ll|d|ve|re)?$", "", word)
    if stem.endswith("ically"):
        stem, count = stem[:-4], count - 1
    elif stem.endswith("ly") and len(stem) > 4:
        stem, count = stem[:-2], count - 1
    if _ON_LAST.search(stem) and not _NOT_ON_LAST.search(stem):
        return count - 1
    if (drawn := _DRAWING.search(stem)) and count > _sounds(stem, drawn):
        return count - _sounds(stem, drawn) - 1
    if count >= 4 and _FOUR_BACK.search(stem):
        return count - 4
    if count >= 3 and (back := _BACK_TWO.search(stem)):
        return max(0, count - 3 - int(back[0].endswith(_SOUNDING)))
    return _by_opening(stem, count)


def _by_opening(stem: str, count: int) -> int:
    """Tell the stress of a word whose endings leave it where it was."""
    if count >= 3 and _ON_SECOND_LAST.search(stem):
        return count - 2 - bool(_BEFORE_THAT.search(stem))
    left, n_left = stem, count
    while n_left > 1 and (neutral := _NEUTRAL.search(left)):
        sounding = _sounds(left, neutral)
        if n_left - sounding < 1 or len(left) - len(neutral[0]) < 2:
            break
        left, n_left = left[: neutral.start()], n_left - sounding
    if n_left < 2 or (count == 2 and _LIGHT_LAST.search(stem)):
        return 0
    if _LIGHT_GERMANIC.match(stem) or _OPENINGS.match(stem):
        return 2 if n_left > 2 and _DOUBLES.match(stem) else 1
    return max(0, n_left - 3)


def _sounds(word: str, ending: re.Match[str] | None) -> int:
    """Return how many syllables an ending is."""
    if ending is None:
        return 0
    text, before = ending[0], word[: ending.start()]
    if text == "ed":
        return int(before.endswith(("t", "d")))
    if text == "es":
        return int(before.endswith(("s", "x", "z", "c", "g", "ch", "sh")))
    text = re.sub(r"e[sd]?$", "", text) if text not in ("ies",) else text
    if text in ("abl", "ibl"):
        return 2
    groups = len(re.findall(r"[aeiouy]+", text))
    apart = len(re.findall(r"i(?:[au]|et)|u[aio]|eo|ie[nst]", text))
    soft = before[-1:] in ("t", "c", "s", "x", "g") and text.startswith(("i", "e"))
    return groups + (0 if soft or text.startswith(("ion", "ity", "iet")) else apart)
