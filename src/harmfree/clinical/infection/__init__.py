"""Infection and point-of-care testing: severity, sore throat, CRP, antibiotics."""
