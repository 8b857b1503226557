"""Warfarin dosing by genotype and by clinical factors; see docs/clinical/warfarin.md."""
