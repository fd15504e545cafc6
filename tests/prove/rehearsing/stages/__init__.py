"""Processes that are started instead of the stage."""
