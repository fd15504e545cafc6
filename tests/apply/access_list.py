"""An access control list as the kernel keeps it (linux/posix_acl_xattr.h)."""

import struct

# The tags of linux/posix_acl.h, and a list that lets user 65534 do everything.
USER_OBJECT, USER, GROUP_OBJECT, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
UNDEFINED = 0xFFFFFFFF
GENEROUS = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tag, permissions, identifier)
    for tag, permissions, identifier in (
        (USER_OBJECT, 7, UNDEFINED),
        (USER, 7, 65534),
        (GROUP_OBJECT, 5, UNDEFINED),
        (MASK, 7, UNDEFINED),
        (OTHER, 5, UNDEFINED),
    )
)
