"""Safer prescribing: hazards, missing monitoring and the burden of many medicines."""
