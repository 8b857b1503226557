"""Deterioration and sepsis: early warning scores and what they ask for."""
