"""Answers and facts become a plan: pure functions, one file per subject."""
