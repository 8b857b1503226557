"""Evaluation of change: did care get safer, by how much, and how sure are we?"""
