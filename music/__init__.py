"""Values, units, conversions and errors of music; no I/O, and no import from any other room."""
