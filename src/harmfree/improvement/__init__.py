"""Measurement for improvement: SPC, funnels, evaluation of change and of devices."""
