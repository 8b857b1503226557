"""Bones: fracture risk, intervention thresholds and who to assess."""
