"""Ardour's own settings file: whether OSC is on for new sessions.

A session keeps its own list of control surfaces, and that list wins (seen at 7.3 and 8.12). From 9 on Ardour passes
over a surface that has no ``config``, in either file (control_protocol_manager.cc at 9.8): one that was never on in a
session is then left to the user's settings. OSC has nothing to configure, so its ``config`` is empty.
"""

import re

OSC_PROTOCOL = "Open Sound Control (OSC)"
_OSC = re.compile(r'(<Protocol\b[^>]*\bname="Open Sound Control \(OSC\)"[^>]*\bactive=")([^"]*)(")')
_CONFIG = re.compile(r"\bconfig=")
_PROTOCOLS = re.compile(r"<ControlProtocols\s*(/>|>)")
_END = re.compile(r"</Ardour>\s*$")


def is_osc_on(xml: str) -> bool | None:
    """Tell whether a config or session file switches OSC on; None where it says nothing."""
    found = _OSC.search(xml)
    return None if found is None else found[2] in ("1", "yes", "true")


def switch_osc_on(xml: str) -> str:
    """Return the file with OSC switched on; everything else keeps its bytes."""
    if _OSC.search(xml):
        return _OSC.sub(_switched_on, xml)
    protocol = f'<Protocol name="{OSC_PROTOCOL}" active="1" config=""/>'
    found = _PROTOCOLS.search(xml)
    if found:
        closing = "</ControlProtocols>" if found[1] == "/>" else ""
        return f"{xml[: found.start()]}<ControlProtocols>{protocol}{closing}{xml[found.end() :]}"
    return _END.sub(f"  <ControlProtocols>{protocol}</ControlProtocols>\n</Ardour>\n", xml)


def _switched_on(found: re.Match[str]) -> str:
    rest = found.string[found.end() : found.string.find(">", found.end())]
    is_configured = _CONFIG.search(found[0]) or _CONFIG.search(rest)
    return f"{found[1]}1{found[3]}" + ("" if is_configured else ' config=""')


def switch_osc_off(xml: str) -> str:
    """Return the file with OSC switched off, where it says anything about it."""
    return _OSC.sub(r"\g<1>0\g<3>", xml)


def name_new_markers(xml: str) -> bool:
    """Tell whether Ardour asks for a name whenever a marker is added (its ``ui_config``)."""
    return re.search(r'<Option name="name-new-markers" value="(?:1|yes|true)"', xml) is not None
