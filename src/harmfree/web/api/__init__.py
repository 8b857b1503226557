"""The API: definitions, figures, findings and tools for other programs (docs/api.md)."""
