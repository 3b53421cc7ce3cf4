"""Measuring what was made: tempo, key, loudness and length from the files themselves, and their JAMS annotations."""
