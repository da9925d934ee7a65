"""Commands and their manners: arguments, progress, colours, exit codes."""
