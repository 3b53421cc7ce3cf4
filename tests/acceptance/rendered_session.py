"""A saved session as Ardour's own export engine renders it, through the renderer that Sideman uses."""

import asyncio
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from daw_bridge.programs import find_ardour
from daw_bridge.rendering import Pass, RenderedPass, Span, render_passes
from daw_bridge.session_copy import SessionCopy
from tests.acceptance.session_takes import RATE_HZ


def render_saved(session_file: Path, out_folder: Path) -> tuple[RenderedPass, NDArray[np.float32]]:
    """Render the session's range; the audio has shape (n_frames, n_channels)."""
    out_folder.mkdir()
    rendering = asyncio.run(
        render_passes(
            SessionCopy(folder=session_file.parent.absolute(), name=session_file.stem),
            [Pass(file="mix")],
            Span(),
            out_folder,
            programs=find_ardour(),
            session_rate_hz=RATE_HZ,
            sample_rate_hz=RATE_HZ,
            on_progress=lambda _share: None,
        )
    )
    (rendered,) = rendering.passes
    audio, _ = soundfile.read(rendered.path, start=rendered.lead_frames, dtype="float32", always_2d=True)
    return rendered, audio
