"""What coding hosts read: a subagent, a skill, the entry of the MCP server, a hook."""
