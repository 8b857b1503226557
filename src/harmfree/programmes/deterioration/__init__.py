"""Deterioration: early warning scores, sepsis and acute kidney injury in the coded record."""
