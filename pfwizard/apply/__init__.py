"""Applying a plan as one change: everything or nothing."""
