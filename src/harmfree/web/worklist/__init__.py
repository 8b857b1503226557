"""The worklist: who is at risk today, why, and what was done about it."""
