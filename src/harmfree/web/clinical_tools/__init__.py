"""The clinical tools as pages: one form and one result page, built from each registration."""
