"""Prescribing: burden of medicines that act together, counted by name."""
