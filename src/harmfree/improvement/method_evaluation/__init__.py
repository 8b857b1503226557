"""Evaluation of a device or a test: agreement, diagnostic accuracy, quality control."""
