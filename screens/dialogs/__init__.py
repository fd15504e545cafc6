"""Dialogs above a page: each returns one typed result."""
