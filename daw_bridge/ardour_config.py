"""Ardour's own settings file: whether OSC is on for new sessions.

A session keeps its own list of control surfaces, and that list wins (seen at 7.3).
"""

import re

OSC_PROTOCOL = "Open Sound Control (OSC)"
_OSC = re.compile(r'(<Protocol\b[^>]*\bname="Open Sound Control \(OSC\)"[^>]*\bactive=")([^"]*)(")')
_PROTOCOLS = re.compile(r"<ControlProtocols\s*(/>|>)")
_END = re.compile(r"</Ardour>\s*$")


def is_osc_on(xml: str) -> bool | None:
    """Tell whether a config or session file switches OSC on; None where it says nothing."""
    found = _OSC.search(xml)
    return None if found is None else found[2] in ("1", "yes", "true")


def switch_osc_on(xml: str) -> str:
    """Return the file with OSC switched on; everything else keeps its bytes."""
    if _OSC.search(xml):
        return _OSC.sub(r"\g<1>1\g<3>", xml)
    protocol = f'<Protocol name="{OSC_PROTOCOL}" active="1"/>'
    found = _PROTOCOLS.search(xml)
    if found:
        closing = "</ControlProtocols>" if found[1] == "/>" else ""
        return f"{xml[: found.start()]}<ControlProtocols>{protocol}{closing}{xml[found.end() :]}"
    return _END.sub(f"  <ControlProtocols>{protocol}</ControlProtocols>\n</Ardour>\n", xml)


def switch_osc_off(xml: str) -> str:
    """Return the file with OSC switched off, where it says anything about it."""
    return _OSC.sub(r"\g<1>0\g<3>", xml)


def name_new_markers(xml: str) -> bool:
    """Tell whether Ardour asks for a name whenever a marker is added (its ``ui_config``)."""
    return re.search(r'<Option name="name-new-markers" value="(?:1|yes|true)"', xml) is not None
