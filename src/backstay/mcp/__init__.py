"""The MCP server: every capability that is a tool, for coding agents."""
