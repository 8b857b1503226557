"""Antibiotics for common infections, and the tests at the point of care that may spare them."""
