"""Widgets: they show what they are given and send messages, and decide nothing."""
