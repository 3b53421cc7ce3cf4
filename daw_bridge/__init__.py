"""Ardour: the live editor through OSC and Lua, and session folders through its own interpreter and exporter."""
