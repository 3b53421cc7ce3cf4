"""Everything that makes or takes apart music, behind one interface."""
