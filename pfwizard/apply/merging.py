"""Which files can be merged when a change is taken back, and how a conflict is told."""

from pathlib import PurePosixPath

from pfwizard.cf.merge import Conflict, merge_main_cf, merge_master_cf

MERGES = {"main.cf": merge_main_cf, "master.cf": merge_master_cf}


def merged_back(
    path: PurePosixPath, config_directory: PurePosixPath, *, base: bytes, ours: bytes, theirs: bytes
) -> bytes | str:
    """``theirs`` with the change from ``ours`` to ``base`` taken out, or why that is not possible.

    Only Postfix's own two files are understood well enough for that.
    """
    merge = MERGES.get(path.name) if path.parent == config_directory else None
    if merge is None:
        return "was edited by somebody else since, and a file of this kind cannot be merged"
    merged = merge(base, ours, theirs)
    if merged.content is not None:
        return merged.content
    return "; ".join(map(_described, merged.conflicts))


def _described(conflict: Conflict) -> str:
    place = f"line {conflict.line}: " if conflict.line else ""
    return (
        f"{place}{conflict.name} was edited by somebody else since: this change left it "
        f"{_shown(conflict.base)}, now it is {_shown(conflict.theirs)}, and before the change it "
        f"was {_shown(conflict.ours)}"
    )


def _shown(value: str | None) -> str:
    return "not set" if value is None else f'"{value}"'
