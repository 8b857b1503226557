"""Frailty: the electronic frailty index."""
