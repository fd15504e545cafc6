"""What SELinux knows a file by."""

import os
from pathlib import Path

LABEL = "security.selinux"
"""The xattr with ``user:role:type:level`` and a null byte (xattr(7), selinux(8))."""


def type_of(path: Path) -> str:
    """The type in the label of a file, empty where it has none or none can be seen."""
    read = getattr(os, "getxattr", None)  # Linux alone has it
    try:
        label = b"" if read is None else read(path, LABEL, follow_symlinks=False)
    except OSError:
        return ""
    parts = label.rstrip(b"\0").decode("utf-8", "replace").split(":")
    return parts[2] if len(parts) > 2 else ""
