"""Rendering a session's range through its master bus to a WAV file, by Ardour's own export engine."""

import asyncio
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import soundfile

from daw_bridge.offline.interpreter import run_job
from daw_bridge.programs import ArdourPrograms
from music.errors import RequestInvalid, SetupBroken, StorageFailed


class SampleFormat(Enum):
    """How samples are written, in Ardour's names."""

    PCM_16 = "SF_16"
    PCM_24 = "SF_24"
    FLOAT = "SF_Float"  # 32 bit; the only one that keeps what is above full scale


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAudio:
    """A WAV file that was exported, as it was read afterwards."""

    path: Path
    sample_rate_hz: int
    n_channels: int
    n_frames: int


EXPORT_PRESET_ID = "0d5d7c54-3c1f-4f0c-9a55-6b0f6b3f5a01"
_FORMAT_ID = "7b0c8f0e-52a5-4d7b-8b0e-2f4f1a9c6d02"
_PRESET = f"""<?xml version="1.0" encoding="UTF-8"?>
<ExportPreset id="{EXPORT_PRESET_ID}" name="Sideman WAV">
  <ExportFormat id="{_FORMAT_ID}"/>
  <ExportFilename>
    <Folder relative="true" path="/export"/>
    <Field name="label" enabled="false"/>
    <Field name="session" enabled="false"/>
    <Field name="revision" enabled="false"/>
    <Field name="time" enabled="false" value="T_None"/>
    <Field name="date" enabled="false" value="D_None"/>
  </ExportFilename>
</ExportPreset>
"""
_FORMAT = f"""<?xml version="1.0" encoding="UTF-8"?>
<ExportFormatSpecification name="Sideman WAV" id="{_FORMAT_ID}">
  <Encoding id="F_WAV" type="T_Sndfile" extension="wav" name="WAV" has-sample-format="true" channel-limit="256"/>
  <SampleRate rate="%(rate)d"/>
  <SRCQuality quality="SRC_SincBest"/>
  <EncodingOptions>
    <Option name="sample-format" value="%(sample_format)s"/>
    <Option name="dithering" value="D_None"/>
    <Option name="tag-metadata" value="false"/>
    <Option name="tag-support" value="false"/>
    <Option name="broadcast-info" value="false"/>
  </EncodingOptions>
  <Processing>
    <Normalize enabled="false" target="0"/>
    <Silence>
      <Start>
        <Trim enabled="false"/>
        <Add enabled="false"><Duration format="Timecode" hours="0" minutes="0" seconds="0" frames="0"/></Add>
      </Start>
      <End>
        <Trim enabled="false"/>
        <Add enabled="false"><Duration format="Timecode" hours="0" minutes="0" seconds="0" frames="0"/></Add>
      </End>
    </Silence>
  </Processing>
</ExportFormatSpecification>
"""


def export_settings(sample_rate_hz: int, sample_format: SampleFormat) -> dict[str, str]:
    """Return the files that teach Ardour our export preset, by their path in its settings folder."""
    return {
        "export/sideman.preset": _PRESET,
        "export/sideman.format": _FORMAT % {"rate": sample_rate_hz, "sample_format": sample_format.value},
    }


async def export_session(
    folder: Path,
    name: str,
    out_wav: Path,
    *,
    programs: ArdourPrograms,
    sample_format: SampleFormat = SampleFormat.PCM_24,
    sample_rate_hz: int = 48000,
    timeout_seconds: float = 300.0,
) -> ExportedAudio:
    """Export the session ``folder/name.ardour`` to ``out_wav``, replacing it as a whole when all went well.

    Raises RequestInvalid when there is no such session, StorageFailed when the file cannot be written, TimedOut, and
    SetupBroken when the export fails; an existing ``out_wav`` then stays as it is.
    """
    folder = await asyncio.to_thread(_find_session, folder, name)
    scratch = await asyncio.to_thread(_make_scratch, out_wav)
    with scratch as scratch_name:
        request = {"folder": str(folder), "name": name, "preset": EXPORT_PRESET_ID}
        answer = await run_job(
            programs,
            "export_session",
            request | {"out_folder": scratch_name, "out_name": "export"},
            timeout_seconds=timeout_seconds,
            settings=export_settings(sample_rate_hz, sample_format),
        )
        return await asyncio.to_thread(_take_over, Path(answer["file"]), out_wav)


def _find_session(folder: Path, name: str) -> Path:
    if not (folder / f"{name}.ardour").is_file():
        found = ", ".join(sorted(path.stem for path in folder.glob("*.ardour"))) or "none"
        raise RequestInvalid(f"no session {name!r} in {folder}; sessions there: {found}")
    return folder.absolute()


def _make_scratch(out_wav: Path) -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix=".export-", dir=out_wav.parent.absolute())
    except OSError as error:
        raise StorageFailed(f"cannot write into {out_wav.parent}: {error.strerror}; choose another folder") from error


def _take_over(draft: Path, out_wav: Path) -> ExportedAudio:
    try:
        found = soundfile.info(str(draft))
    except (OSError, RuntimeError) as error:
        raise SetupBroken(f"Ardour exported no audio that can be read: {error}") from error
    try:
        draft.replace(out_wav)
    except OSError as error:
        raise StorageFailed(f"cannot write {out_wav}: {error.strerror}; choose another place") from error
    return ExportedAudio(
        path=out_wav, sample_rate_hz=found.samplerate, n_channels=found.channels, n_frames=found.frames
    )
