"""Which values may one side send that the other refuses? For shapes in JSON Schema's terms."""
