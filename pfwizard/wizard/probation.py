"""What every face says of a change on probation, and how long that lasts."""

DEFAULT_PROBATION = 120.0
"""Seconds: half a minute is too short to look at a mail server, as users of others have said."""

IF_THE_LINE_DROPS = (
    "If this connection drops now, the engine goes on without it; nothing stays half done. The "
    "change is then taken back by itself, unless you log in again in time and keep it: run "
    "pfwizard, or pfwizard confirm."
)

NOT_AT_BOOT = (
    "A restart of this machine counts as not confirmed, but nothing here takes the change back "
    "before Postfix starts (pfwizard-recover.service would): run pfwizard recover then."
)
"""To be said where the change that waits is not recovered at boot."""
