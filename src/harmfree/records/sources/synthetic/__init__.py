"""A fictitious but plausible North West style region, made from a seed.

One module per part of the region; `build` puts them together bucket by bucket. Nobody here is
real. What it holds, and what it does not, is told in docs/synthetic_region.md.
"""
