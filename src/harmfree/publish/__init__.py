"""A run: findings and trends from the store to where they are read."""
