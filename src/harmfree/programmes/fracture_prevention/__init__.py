"""Fracture prevention: whose bones to assess, who is treated, and who is not."""
