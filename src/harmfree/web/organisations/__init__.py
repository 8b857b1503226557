"""Organisations of the collaborative: practices, homes, networks, places, systems, the region."""
