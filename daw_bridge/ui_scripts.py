"""Ardour's file of script slots, changed without touching what others put there.

``ui_scripts`` is XML around base64 around Lua statements of one form, ``scripts[3]["n"] = "name"``, as
``gtk2_ardour/luainstance.cc`` writes them (the same at 7.3, 8.12 and 9.8). Statements are added at the end and removed
whole; every other byte stays.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from music.errors import SetupBroken

N_SLOTS = 32
_EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>\n'
    b'  <ActionScript lua="Lua 5.3"></ActionScript>\n  <ActionHooks/>\n</UIScripts>\n'
)
_ELEMENT = re.compile(rb"<ActionScript([^>]*?)(?:/>|>([^<]*+)</ActionScript>)")
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'  # possessive: our sources are long, and nothing here needs to go back
_STATEMENT = re.compile(
    rb"\s*scripts((?:\[(?:\d+|" + _TEXT + rb")\])*)\s*=\s*(" + _TEXT + rb"|\{\s*\}|-?[0-9.eE+-]+|true|false|nil)\s*",
    re.DOTALL,
)
_SLOT = re.compile(rb"\[(\d+)\]")
_ESCAPED = re.compile(rb"\\(\d{1,3}|.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A script as Ardour keeps it: its full text, what makes the function (``...`` holds the arguments), arguments.

    ``icon`` is the source of what makes the function that draws the button; without it Ardour writes a number on it.
    """

    name: str
    script: str
    factory: str
    arguments: Mapping[str, str]
    icon: str = ""

    def statements(self, number: int) -> bytes:
        """Write the slot as the Lua statements that Ardour reads."""
        here = f"scripts[{number}]".encode()
        parts = [here + b" = {}"]
        texts = (("n", self.name), ("s", self.script), ("f", self.factory), ("c", self.icon))
        for key, value in texts[: 4 if self.icon else 3]:
            parts.append(here + f'["{key}"] = '.encode() + quote(value))
        parts.append(here + b'["a"] = {}')
        for key, value in self.arguments.items():
            parts.append(here + b'["a"][' + quote(key) + b"] = " + quote(value))
        return b" ".join(parts) + b" "


def quote(text: str) -> bytes:
    """Write a text as a Lua string literal."""
    escaped = text.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\\n")
    return b'"' + escaped.replace(b"\r", b"\\013").replace(b"\0", b"\\000") + b'"'


def unquote(literal: bytes) -> str:
    """Read a Lua string literal; bytes that are no text (compiled code) become replacement characters."""

    def plain(match: re.Match[bytes]) -> bytes:
        code: bytes = match[1]
        if code.isdigit():
            return bytes([int(code)])
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(code, code)

    return _ESCAPED.sub(plain, literal[1:-1]).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class UiScripts:
    """The content of the file."""

    content: bytes = _EMPTY

    def _code(self) -> bytes:
        found = _ELEMENT.search(self.content)
        if found is None:
            raise SetupBroken("Ardour's ui_scripts has no ActionScript element; move the file away and try again")
        try:
            return base64.b64decode((found[2] or b"").strip(), validate=False)
        except binascii.Error as error:
            raise SetupBroken(f"Ardour's ui_scripts is damaged ({error}); move it away and try again") from error

    def _with_code(self, code: bytes) -> "UiScripts":
        element = lambda found: (  # noqa: E731 - a replacement text would have its backslashes read
            b"<ActionScript" + found[1].rstrip() + b">" + base64.b64encode(code) + b"</ActionScript>"
        )
        return UiScripts(_ELEMENT.sub(element, self.content, count=1))

    def _statements(self) -> Iterator[tuple[int | None, bytes, bytes, bytes]]:
        """Walk through the statements: slot number, path inside ``scripts``, value, and the statement itself."""
        code, position = self._code().rstrip(), 0
        while position < len(code):
            found = _STATEMENT.match(code, position)
            if found is None:
                strange = code[position : position + 40]
                raise SetupBroken(
                    f"Ardour's ui_scripts holds something unknown at byte {position}: {strange!r}; nothing was changed"
                )
            slot = _SLOT.match(found[1])
            yield (int(slot[1]) if slot else None), found[1], found[2], found[0]
            position = found.end()

    def names(self) -> dict[int, str]:
        """Return the name of each slot in use."""
        found = {}
        for slot, path, value, _ in self._statements():
            if slot is not None and path.endswith(b'["n"]') and value.startswith(b'"'):
                found[slot] = unquote(value)
        return found

    def arguments(self, number: int) -> dict[str, str]:
        """Return the arguments of one slot."""
        found = {}
        for slot, path, value, _ in self._statements():
            inside = re.fullmatch(rb'\[\d+\]\["a"\]\[(' + _TEXT + rb")\]", path, re.DOTALL)
            if slot == number and inside and value.startswith(b'"'):
                found[unquote(inside[1])] = unquote(value)
        return found

    def free_slots(self) -> frozenset[int]:
        """Return the numbers of the slots that nobody uses."""
        used = {slot for slot, *_ in self._statements()}
        return frozenset(range(1, N_SLOTS + 1)) - used

    def without(self, number: int) -> "UiScripts":
        """Return the file without one slot."""
        return self._with_code(b"".join(text for slot, _, _, text in self._statements() if slot != number))

    def with_slot(self, number: int, slot: Slot) -> "UiScripts":
        """Return the file with one slot set."""
        code = self.without(number)._code()  # noqa: SLF001 - it is one of us
        if not code.strip():
            code = b"scripts = {} "
        return self._with_code(code.rstrip() + b" " + slot.statements(number))
