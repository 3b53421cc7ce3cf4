"""Asking before something is destroyed: the person where the client can ask, else by an argument."""

from collections.abc import Sequence

from mcp.server.mcpserver import Context, ElicitationResult
from mcp.server.mcpserver.resolve import AcceptedElicitation, Elicit
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, Field

from music.errors import RequestInvalid

_MOST_TOLD = 12


class Confirmation(BaseModel):
    """The answer to the question whether something may be destroyed."""

    is_confirmed: bool = Field(title="Go ahead", description="Yes, do it")


class NotConfirmed(RequestInvalid):
    """Something would be destroyed, and nobody said yes to that; nothing was done."""


def can_ask(context: Context) -> bool:
    """Tell whether the client can put a question to the person."""
    try:
        capabilities = context.client_capabilities
    except (MCPError, ValueError):  # a call without a connection
        return False
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def question(losses: Sequence[str], context: Context, *, confirm: bool) -> Confirmation | Elicit[Confirmation]:
    """Return the question to put, or the answer where nothing is lost or nobody can be asked."""
    if not losses:
        return Confirmation(is_confirmed=True)
    if not can_ask(context):
        return Confirmation(is_confirmed=confirm)
    return Elicit(f"Sideman is about to do what deletes or overwrites:\n{_listed(losses)}", Confirmation)


def require_yes(answer: ElicitationResult[Confirmation], losses: Sequence[str], context: Context) -> None:
    """Raise NotConfirmed, naming what would be lost, unless somebody said yes."""
    if isinstance(answer, AcceptedElicitation) and answer.data.is_confirmed:
        return
    told = f"nothing was done: this deletes or overwrites\n{_listed(losses)}\n"
    if can_ask(context):
        raise NotConfirmed(f"{told}and the user did not agree")
    raise NotConfirmed(f"{told}If the user agrees, call again with confirm: true")


def _listed(losses: Sequence[str]) -> str:
    more = [f"and {len(losses) - _MOST_TOLD} more"] if len(losses) > _MOST_TOLD else []
    return "\n".join([*losses[:_MOST_TOLD], *more])
