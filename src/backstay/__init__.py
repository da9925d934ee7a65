"""Backstay: a backend specialist with hands. It reviews a backend and proves its advice."""

__version__ = "0.1.0"
