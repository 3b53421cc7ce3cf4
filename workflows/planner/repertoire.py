"""What there is to plan with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from music.instrument import Instrument, Role
from music.pronunciation import Pronunciations
from music.style import Style
from workflows.planner.lexicon import Lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class Repertoire:
    """Styles and instruments by id, the planner's words, and how the words of songs are pronounced."""

    styles: Mapping[str, Style]
    instruments: Mapping[str, Instrument]
    lexicon: Lexicon
    pronunciations: Pronunciations = field(default_factory=Pronunciations)

    def able(self, role: Role) -> list[Instrument]:
        """Return the instruments that can take a role, those that styles give it most often first."""
        used = Counter(style.part(role).instrument for style in self.styles.values())
        able = [instrument for instrument in self.instruments.values() if role in instrument.roles]
        return sorted(able, key=lambda instrument: (-used[instrument.id], instrument.roles.index(role)))
