"""The inserts of a channel: pure functions on whole parts, without a loop over samples."""
