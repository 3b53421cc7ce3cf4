"""Understanding a request: from words and flags to a plan, by rules or with a language model."""

from workflows.planner.flags import Flags, read_flags
from workflows.planner.given import GivenWish
from workflows.planner.llm_settings import LlmSettings
from workflows.planner.planner import Planned, Planner, load_planner

__all__ = ["Flags", "GivenWish", "LlmSettings", "Planned", "Planner", "load_planner", "read_flags"]
