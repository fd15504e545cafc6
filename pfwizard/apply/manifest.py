"""What one transaction does to which files: the journal's immutable record.

As bytes it is one line with the SHA-256 of the rest, and then JSON, so that a damaged record is
told from a whole one before anything is believed of it.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, NewType

from pfwizard.apply.disk.attributes import Attributes
from pfwizard.apply.live.instance import Instance
from pfwizard.errors import NeedsHuman
from pfwizard.plan.plan import ChangeKind, JoinGroup, LeaveGroup

FORMAT = 2

TransactionId = NewType("TransactionId", str)
"""``0007-5be1c0de``: the number in the history, and what no other state directory has chosen."""


@dataclass(frozen=True)
class Image:
    """What stood, or is to stand, under a name. ``sha256`` is None for a directory."""

    sha256: str | None
    attributes: Attributes


@dataclass(frozen=True)
class Operation:
    """One change of the plan as the transaction carries it out.

    ``path`` is the name that the operator knows and ``real`` where its symbolic links lead, both
    inside the tree. ``temporary`` is the name beside ``real`` under which the new file waits and,
    once it is in place, the old one. ``summary`` is that of the change.
    """

    number: int
    kind: ChangeKind
    path: PurePosixPath
    real: PurePosixPath
    temporary: str
    before: Image | None
    after: Image | None
    secret: bool = False
    summary: tuple[str, ...] = ()

    @property
    def is_about_a_directory(self) -> bool:
        return self.kind in (ChangeKind.MKDIR, ChangeKind.RMDIR)

    @property
    def kept_name(self) -> str:
        """The name of its images in the journal, by which a person finds them too."""
        return f"{self.number:04}-{self.path.name}"

    @property
    def attributes_before(self) -> Attributes:
        """Of what was there; raises DamagedManifest when nothing was."""
        if self.before is None:
            raise DamagedManifest(f"{self.path}: the manifest tells of nothing that was there")
        return self.before.attributes

    @property
    def sha256_before(self) -> str | None:
        return None if self.before is None else self.before.sha256

    @property
    def sha256_after(self) -> str | None:
        return None if self.after is None else self.after.sha256


@dataclass(frozen=True)
class Daemon:
    """A daemon that checks passwords, as it was before the transaction.

    ``directories`` were not there: those that whoever starts it makes for its socket, the
    outermost first.
    """

    service: str
    was_running: bool = True
    directories: tuple[PurePosixPath, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """A transaction: its operations in the order in which they go live.

    ``time`` is the wall clock's, for people only; ``boot_id`` tells whether the machine has been
    restarted since. ``daemons`` are those that the transaction restarts or stops. ``undoes`` names
    the transaction that a rollback takes back.
    """

    transaction: TransactionId
    time: str
    boot_id: str
    instance: Instance
    operations: tuple[Operation, ...]
    joins: tuple[JoinGroup, ...] = ()
    leaves: tuple[LeaveGroup, ...] = ()
    daemons: tuple[Daemon, ...] = ()
    undoes: TransactionId | None = None

    def to_bytes(self) -> bytes:
        body = (json.dumps(_manifest_to_json(self), indent=1) + "\n").encode()
        return hashlib.sha256(body).hexdigest().encode() + b"\n" + body

    @classmethod
    def from_bytes(cls, content: bytes) -> "Manifest":
        """Raises DamagedManifest for anything that was not written by ``to_bytes``."""
        digest, _, body = content.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            raise DamagedManifest("the manifest is damaged")
        document = json.loads(body)
        if document["format"] != FORMAT:
            raise DamagedManifest(f"the manifest has format {document['format']}, not {FORMAT}")
        return _manifest_from_json(document)


class DamagedManifest(NeedsHuman):
    """The record of a transaction cannot be believed."""


def sequence_of(transaction: TransactionId) -> int:
    """The number in the history."""
    return int(transaction.partition("-")[0])


def _manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "transaction": manifest.transaction,
        "time": manifest.time,
        "boot_id": manifest.boot_id,
        "undoes": manifest.undoes,
        "instance": manifest.instance.to_json(),
        "joins": [{"user": each.user, "group": each.group} for each in manifest.joins],
        "leaves": [{"user": each.user, "group": each.group} for each in manifest.leaves],
        "daemons": [_daemon_to_json(each) for each in manifest.daemons],
        "operations": [_operation_to_json(each) for each in manifest.operations],
    }


def _manifest_from_json(document: dict[str, Any]) -> Manifest:
    undoes = document["undoes"]
    return Manifest(
        transaction=TransactionId(document["transaction"]),
        time=document["time"],
        boot_id=document["boot_id"],
        instance=Instance.from_json(document["instance"]),
        operations=tuple(_operation_from_json(each) for each in document["operations"]),
        joins=tuple(JoinGroup(each["user"], each["group"]) for each in document["joins"]),
        leaves=tuple(LeaveGroup(each["user"], each["group"]) for each in document["leaves"]),
        # Records from before there were any do not name them.
        daemons=tuple(_daemon_from_json(each) for each in document.get("daemons", ())),
        undoes=None if undoes is None else TransactionId(undoes),
    )


def _daemon_to_json(daemon: Daemon) -> dict[str, Any]:
    return {
        "service": daemon.service,
        "was_running": daemon.was_running,
        "directories": [str(each) for each in daemon.directories],
    }


def _daemon_from_json(document: dict[str, Any] | str) -> Daemon:
    """Older records have the name of its service alone."""
    if isinstance(document, str):
        return Daemon(document)
    directories = tuple(PurePosixPath(each) for each in document["directories"])
    return Daemon(document["service"], document["was_running"], directories)


def _operation_to_json(operation: Operation) -> dict[str, Any]:
    return {
        "number": operation.number,
        "kind": operation.kind.value,
        "path": str(operation.path),
        "real": str(operation.real),
        "temporary": operation.temporary,
        "before": _image_to_json(operation.before),
        "after": _image_to_json(operation.after),
        "secret": operation.secret,
        "summary": operation.summary,
    }


def _operation_from_json(document: dict[str, Any]) -> Operation:
    """Raises ValueError for names that would lead elsewhere."""
    temporary, real = document["temporary"], PurePosixPath(document["real"])
    if "/" in temporary or not temporary.startswith(".") or ".." in real.parts:
        raise ValueError(f"not a place for a file: {real}, {temporary}")
    return Operation(
        number=document["number"],
        kind=ChangeKind(document["kind"]),
        path=PurePosixPath(document["path"]),
        real=PurePosixPath(document["real"]),
        temporary=document["temporary"],
        before=_image_from_json(document["before"]),
        after=_image_from_json(document["after"]),
        secret=document["secret"],
        summary=tuple(document["summary"]),
    )


def _image_to_json(image: Image | None) -> dict[str, Any] | None:
    if image is None:
        return None
    attributes = image.attributes
    return {
        "sha256": image.sha256,
        "mode": attributes.mode,
        "uid": attributes.uid,
        "gid": attributes.gid,
        "extended": {name: base64.b64encode(value).decode() for name, value in attributes.extended},
    }


def _image_from_json(document: dict[str, Any] | None) -> Image | None:
    if document is None:
        return None
    extended = tuple(
        (name, base64.b64decode(value)) for name, value in document["extended"].items()
    )
    attributes = Attributes(document["mode"], document["uid"], document["gid"], extended)
    return Image(document["sha256"], attributes)
