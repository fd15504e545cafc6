"""Applying a plan as one change: everything or nothing.

Here is the story of a transaction: the journal, the way forward (``swap``), the way back
(``undo``), its ends, its recovery, its probation, its history. ``disk`` has the steps on files,
``live`` the Postfix around them, and ``process`` the engine, its watchdog, and what faces see.
"""
