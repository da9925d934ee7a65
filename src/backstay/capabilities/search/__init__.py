"""Ranked search over practices, decisions and commands, with no model and no network."""
