"""The rule planner's reader: from the words of a prompt to a brief. Pure, and linear in the prompt's length."""

from music.brief import MAX_PROMPT_CHARACTERS, Reading
from music.errors import RequestInvalid
from music.pitch import Key
from workflows.planner import quantities, tonality, wishes
from workflows.planner.blends import read_blends
from workflows.planner.page import Page
from workflows.planner.settle import settle
from workflows.planner.vocabulary import Vocabulary


def check_prompt(prompt: str) -> str:
    """Return the prompt, or raise RequestInvalid when it is blank, too long or no text."""
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise RequestInvalid(
            f"the prompt has {len(prompt)} characters; at most {MAX_PROMPT_CHARACTERS} are read: shorten it"
        )
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        raise RequestInvalid("the prompt holds bytes that are no text in UTF-8; type it again")
    if not any(character.isprintable() and not character.isspace() for character in prompt):
        raise RequestInvalid("the prompt is empty; say what to play, for example 'slow jazz with piano, 8 bars'")
    return prompt


def read_prompt(prompt: str, vocabulary: Vocabulary, *, key: Key | None = None) -> Reading:
    """Read a request; ``key``, when it is known from elsewhere, is the one that roman numerals are read in.

    Of two wishes for one field the first wins, unless the words take it back; either way the conflict is reported.
    RequestInvalid for a blank or too long prompt, and for a tempo or a length that cannot be made.
    """
    page = Page(check_prompt(prompt), vocabulary)
    read_blends(page)
    quantities.read_seed(page)
    quantities.read_tempo(page)
    quantities.read_metre(page)
    wishes.read_form(page)
    quantities.read_length(page)
    tonality.read_letter_form(page)
    tonality.read_chords(page)
    tonality.read_keys(page)
    named_key = next((finding.value for finding in page.findings if isinstance(finding.value, Key)), None)
    tonality.read_numerals(page, key or named_key)
    wishes.read_only(page)
    wishes.read_names(page)
    quantities.read_loose_tempo(page)
    return settle(page)
