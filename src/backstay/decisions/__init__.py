"""Decision models: facts, options and criteria as data, and the engine that weighs them."""
