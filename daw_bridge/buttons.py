"""The buttons that Sideman puts into Ardour's window: a row each, and for a new one nothing but a row is needed here.

A button is a function of ``lua/button.lua`` that runs when it is pressed, and a picture in ``lua/icons``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A script slot that a person presses."""

    name: str  # as Ardour shows it, and as it is found again
    press: str  # the function of lua/button.lua
    icon: str  # the file in lua/icons


GENERATE = Button(name="Sideman: generate here", press="generate", icon="generate")
UNDO = Button(name="Sideman: undo its last turn", press="undo", icon="undo")
VARY = Button(name="Sideman: vary selected part", press="vary", icon="vary")
BUTTONS = (GENERATE, UNDO, VARY)
