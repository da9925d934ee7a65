"""One thing that good backends do, a file. See ``practice.py`` for the form of one."""
