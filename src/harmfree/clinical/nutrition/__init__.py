"""Nutrition and hydration in older people."""
