"""The MCP server: its tools and resources over one studio."""

import importlib.metadata

from mcp.server.mcpserver import MCPServer

from mcp_server.change_tools import change_tools
from mcp_server.making_tools import making_tools
from mcp_server.recording_tool import recording_tool
from mcp_server.render_tools import render_tools
from mcp_server.resources import add_resources
from mcp_server.session_tools import session_tools
from mcp_server.transport_tool import transport_tool
from mcp_server.watching import watch_studio
from mcp_server.whole_session_tool import session_tool
from workflows.studio import Studio

_INSTRUCTIONS = """\
Sideman composes music and edits the Ardour session that is open on this machine.
Read `session_overview` before you change anything; its ids stay valid, and `inspect` tells more of one thing.
`edit_session` does a list of operations as one step that `undo` takes back; `describe_operations` explains verbs.
`generate` turns words into a take (a multitrack score with stems) and, with to="live", places it in the session.
Every change is read back: report outcomes that are not "verified" to the user, and measured values that differ from
what was asked. `session_diff` tells what changed, also by hand. Long work returns a job; `job` tells how it goes.
"""


def build_server(studio: Studio) -> MCPServer:
    """Return the MCP server of a studio; the same tools and resources for everyone."""
    tools = [
        *session_tools(studio),
        transport_tool(studio),
        *change_tools(studio),
        session_tool(studio),
        *making_tools(studio),
        *render_tools(studio),
        recording_tool(studio),
    ]
    server: MCPServer = MCPServer(
        "sideman",
        title="Sideman for Ardour",
        description="Composes music and edits the open Ardour session.",
        instructions=_INSTRUCTIONS,
        version=importlib.metadata.version("sideman"),
        log_level="WARNING",
        subscriptions=watch_studio(studio),
        tools=sorted(tools, key=lambda tool: tool.name),
    )
    add_resources(server, studio)
    return server
