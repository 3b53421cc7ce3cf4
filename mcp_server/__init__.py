"""The MCP face: tools and resources that each translate one call into one workflow."""
