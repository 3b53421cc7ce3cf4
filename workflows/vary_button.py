"""What the button "vary selected part" asks for: another take of the take that a part came from, that part replaced."""

from daw_bridge.button_ear import VaryPress
from music.take import Take
from workflows.requests import Destination, PartInSession, VaryRequest


def to_request(press: VaryPress, take: Take, part: PartInSession) -> VaryRequest:
    """Return the wish that a press stands for."""
    return VaryRequest(
        take=take.id,
        words=press.words,
        to=Destination.LIVE,
        session_folder=str(press.session_folder),
        part=part,
    )
