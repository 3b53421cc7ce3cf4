"""Where the planning model is and how it can fail; light, so that planning by rules need not load a client."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmSettings:
    """Where the model is and how long to wait for it. ``base_url`` None is OpenAI's own service."""

    model: str
    base_url: str | None = None
    api_key: SecretStr | None = None
    azure_api_version: str | None = None  # set: the base URL is an Azure OpenAI endpoint, the model a deployment
    timeout_seconds: float = 30.0


class LlmFailed(Exception):
    """The model gave no usable plan; the message is the reason in one line, free of secrets.

    It reaches no caller: planning falls back to the rules.
    """
