"""Finding the SoundFont that sampled instruments come from, and knowing its version and licence.

Versions and licences of the two that Debian packages: ``/usr/share/doc/fluid-soundfont-gm/copyright`` (MIT) and
``/usr/share/doc/timgm6mb-soundfont/copyright`` (GPL, version 2).
"""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from music.errors import SetupBroken
from music.take import Asset

SOUNDFONT_FOLDERS = (
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/soundfonts"),
    Path("/usr/local/share/soundfonts"),
    Path("/opt/homebrew/share/soundfonts"),
)
INSTALL_COMMAND = "sudo apt-get install fluid-soundfont-gm"


@dataclass(frozen=True, slots=True)
class KnownSoundFont:
    """A SoundFont whose origin and licence were looked up."""

    name: str
    version: str
    licence: str


# By content, so that a renamed or changed file claims nothing.
_KNOWN_BY_SHA256 = {
    "74594e8f4250680adf590507a306655a299935343583256f3b722c48a1bc1cb0": KnownSoundFont("FluidR3_GM", "3.1", "MIT"),
    "c5378b62028c920cb11e4803327983fee2f2cdff5dc89c708e39da417e51c854": KnownSoundFont(
        "TimGM6mb", "1.3", "GPL-2.0-only"
    ),
}
KNOWN_SOUNDFONTS = tuple(_KNOWN_BY_SHA256.values())
_FILE_NAMES = ("FluidR3_GM.sf2", "TimGM6mb.sf2")

_digests: dict[tuple[Path, int, int], str] = {}
_digests_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class SoundFont:
    """A SoundFont file that is there and readable."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    def asset(self) -> Asset:
        """Return name, version, licence and sha256; an unknown file's licence is ``unverified``.

        The digest is kept in memory as long as size and modification time stay the same. Raises SetupBroken when the
        file can no longer be read.
        """
        digest = _sha256(self.path)
        known = _KNOWN_BY_SHA256.get(digest, KnownSoundFont(self.name, "unknown", "unverified"))
        return Asset(name=known.name, kind="soundfont", version=known.version, licence=known.licence, sha256=digest)


def find_soundfont(setting: Path | None, *, folders: tuple[Path, ...] = SOUNDFONT_FOLDERS) -> SoundFont:
    """Return the SoundFont of the setting, else FluidR3_GM or TimGM6mb from the usual folders, in this order.

    Raises SetupBroken when the file of the setting is missing or no SoundFont, or when neither is installed.
    """
    if setting is not None:
        _check_is_soundfont(setting)
        return SoundFont(setting)
    for file_name in _FILE_NAMES:
        for folder in folders:
            if (folder / file_name).is_file():
                return SoundFont(folder / file_name)
    raise SetupBroken(
        f"no SoundFont found: neither {' nor '.join(_FILE_NAMES)} is in {', '.join(map(str, folders))}; "
        f"run '{INSTALL_COMMAND}', or name a file in the SoundFont setting"
    )


def _check_is_soundfont(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise SetupBroken(f"the SoundFont {str(path)!r} of the setting cannot be read: {error.strerror}") from error
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise SetupBroken(f"{str(path)!r} of the SoundFont setting is no SoundFont 2 or 3 file (no RIFF sfbk header)")


def _sha256(path: Path) -> str:
    try:
        status = path.stat()
        at = (path, status.st_size, status.st_mtime_ns)
        with _digests_lock:
            if at not in _digests:
                with path.open("rb") as file:
                    _digests[at] = hashlib.file_digest(file, "sha256").hexdigest()
            return _digests[at]
    except OSError as error:
        raise SetupBroken(f"the SoundFont {str(path)!r} cannot be read: {error.strerror}") from error
