"""Chance that can be repeated: every decision draws from a stream of its own, named after what it decides.

Because streams do not share state, changing one part, or one section, leaves every other note as it was.
"""

import hashlib
import random


def stream(seed: int, *names: object) -> random.Random:
    """Return a generator that depends on the seed and the names alone, on every machine and in every process."""
    text = "/".join(str(name) for name in (seed, *names))
    return random.Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))
