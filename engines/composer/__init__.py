"""The embedded symbolic engine: writes a score by rules from a style's data."""
