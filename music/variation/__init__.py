"""Variations: a take with one thing changed, and the rest note for note as it was."""

from music.variation.apply import vary
from music.variation.changes import Change, Scope, Variation
from music.variation.piece import Piece, Studio

__all__ = ["Change", "Piece", "Scope", "Studio", "Variation", "vary"]
