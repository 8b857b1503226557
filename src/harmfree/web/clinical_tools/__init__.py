"""The clinical tools as pages."""
