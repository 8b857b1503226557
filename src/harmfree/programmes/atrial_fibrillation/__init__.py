"""Atrial fibrillation: who has it unseen, who is unprotected, who is badly protected."""
