"""Bounds on what a file from a stranger may cost, all in one place.

They are far above what real inputs need (the largest public OpenAPI document has 13 MB, 14 levels
and 0.6 million values) and low enough that no file takes more than seconds or a gigabyte.
"""

from __future__ import annotations

MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_YAML_BYTES = 24 * 1024 * 1024

# Consumers recurse over values with a few Python frames a level, and Python allows 1,000 frames.
MAX_DEPTH = 200

# Of one `.gitignore`.
MAX_IGNORE_BYTES = 1024 * 1024

# Mappings, lists, keys and scalars in one file.
MAX_VALUES = 2_000_000

# Keys given twice that are listed for one file; further ones say nothing new.
MAX_DUPLICATES = 1_000

# What aliases add when they are written out; the alias bombs of YAML live on this number.
MAX_ALIASED_VALUES = 1_000_000
