"""The audio array that everything speaks, and how loud its peaks may be."""

import numpy as np
from numpy.typing import NDArray

FloatAudio = NDArray[np.float32]
"""float32, shape (n_channels, n_frames), full scale ±1.0."""

TRUE_PEAK_CEILING_DBTP = -1.0
"""Mixes are mastered to stay below it, and measured against it."""
