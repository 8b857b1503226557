"""Dashboards and indicator pages."""
