"""Ardour sessions on disk, made and read through Ardour's own Lua interpreter with no editor running."""
