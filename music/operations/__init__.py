"""What can be asked of a session, one frozen value per verb, by subject.

An operation that makes something gives it a ref; later operations of the same change set may name that ref where they
otherwise name Ardour's persistent id.
"""

from music.operations.arrangement import ArrangementOperation
from music.operations.automation import AutomationOperation
from music.operations.bouncing import BouncingOperation
from music.operations.controllers import ControllersOperation
from music.operations.groups import GroupsOperation
from music.operations.material import MaterialOperation
from music.operations.mixer import MixerOperation
from music.operations.notes import NotesOperation
from music.operations.playlists import PlaylistsOperation
from music.operations.plugins import PluginsOperation
from music.operations.regions import RegionsOperation
from music.operations.sends import SendsOperation
from music.operations.timeline import TimelineOperation
from music.operations.tracks import TracksOperation

Operation = (
    ArrangementOperation
    | AutomationOperation
    | BouncingOperation
    | ControllersOperation
    | GroupsOperation
    | MaterialOperation
    | MixerOperation
    | NotesOperation
    | PlaylistsOperation
    | PluginsOperation
    | RegionsOperation
    | SendsOperation
    | TimelineOperation
    | TracksOperation
)
