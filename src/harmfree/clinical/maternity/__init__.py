"""Maternity and neonatal: care of babies born too early."""
