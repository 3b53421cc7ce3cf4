"""What can be asked of a session, one frozen value per verb, by subject.

An operation that makes something gives it a ref; later operations of the same change set may name that ref where they
otherwise name Ardour's persistent id.
"""

from music.operations.material import MaterialOperation
from music.operations.mixer import MixerOperation
from music.operations.timeline import TimelineOperation
from music.operations.tracks import TracksOperation

Operation = TracksOperation | MixerOperation | MaterialOperation | TimelineOperation
