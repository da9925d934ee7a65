"""The specialist with a language model: it may say only what the run has shown."""
