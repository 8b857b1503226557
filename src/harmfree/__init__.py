"""Harmfree: runs a patient safety collaborative, from coded records to safer care."""

__version__ = "0.1.0"
