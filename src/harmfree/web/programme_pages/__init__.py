"""Pages of the programmes for everyone."""
