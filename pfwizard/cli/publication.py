"""``pfwizard publish``: what the world has to be told of this server, as it stands."""

from collections.abc import Iterator
from pathlib import Path

from pfwizard.apply.disk.explained import explained
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.renewal import known_files, with_files
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job
from pfwizard.errors import ExitStatus, Failed
from pfwizard.machine.facts import gather
from pfwizard.plan.plan import warning
from pfwizard.publishing.directory import write_documents
from pfwizard.publishing.documents import documents
from pfwizard.publishing.publication import (
    ServedCertificate,
    files_of_publication,
    publication,
)
from pfwizard.publishing.published import Published
from pfwizard.publishing.sections import sections

NOT_SETTLED = warning(
    "not-settled",
    "a change is under way or on probation: what is said here is of its new state",
    "Publish it when it is confirmed.",
)


def publish(job: Job, given: Arguments) -> Report:
    """Look at the machine, tell, and write the files where a directory is named.

    Raises Failed when the machine cannot be read, when there is nothing to publish, and when
    something is in the way of a file.
    """
    with explained(job.state_directory):
        known = known_files(job, given.answers)
        is_settled = job.state.under_way() is None
    facts = gather(job.tree, job.config_directory, ())
    facts = with_files(job, facts, files_of_publication(facts, known))
    found = publication(facts)
    if not found.certificates:
        raise Failed(found.findings[0].message, found.findings[0].remedy)
    findings = found.findings if is_settled else (NOT_SETTLED, *found.findings)
    if given.destination is None:
        return Report(
            Result.UNCHANGED, ExitStatus.DONE, published=Published(found, findings=findings)
        )
    made = documents(found)
    written = tuple(each.name for each in write_documents(given.destination, made))
    return Report(
        Result.APPLIED if written else Result.UNCHANGED,
        ExitStatus.DONE,
        published=Published(found, given.destination, written, findings),
        words=_ending(given.destination, written),
    )


def _ending(directory: Path, written: tuple[str, ...]) -> str:
    if not written:
        return f"{directory}: every file is there already, and is the same."
    return f"Written into {directory}: {', '.join(written)}."


def lines_of(published: Published) -> Iterator[str]:
    """For people, in 80 columns but for long paths."""
    for number, section in enumerate(sections(published.publication)):
        yield from ("", section.title) if number else (section.title,)
        yield from (f"  {line}" for line in section.lines)


def as_json(published: Published) -> dict[str, object]:
    """The same for programs; days are ISO 8601."""
    authority = published.publication.authority
    return {
        "certificates": [_certificate(each) for each in published.publication.certificates],
        "tlsa": [
            {"key": record.standing.value, "record": record.text}
            for record in published.publication.records
        ],
        "ca": authority
        and {
            "path": str(authority.path),
            "subject": authority.certificate.facts.subject,
            "not_after": f"{authority.certificate.facts.not_after:%Y-%m-%dT%H:%M:%SZ}",
            "fingerprint_sha256": authority.certificate.facts.fingerprint_sha256,
            "spki_sha256": authority.certificate.facts.spki_sha256,
            "pem": authority.certificate.pem().decode("ascii"),
        },
        "directory": published.directory and str(published.directory),
        "written": list(published.written),
    }


def _certificate(served: ServedCertificate) -> dict[str, object]:
    facts = served.chain.leaf.facts
    return {
        "path": str(served.chain.path),
        "key_path": str(served.chain.key_path),
        "ports": list(served.ports),
        "names": [*facts.dns_names, *facts.ip_addresses],
        "key": facts.key,
        "not_after": f"{facts.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "fingerprint_sha256": facts.fingerprint_sha256,
        "spki_sha256": facts.spki_sha256,
        "next_spki_sha256": served.next_key and served.next_key.spki_sha256,
    }
