"""One module per source; each yields the five tables."""
