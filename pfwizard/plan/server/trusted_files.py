"""Which CAs the operator says that clients trust, besides those of the system."""

from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers, AuthoritySource


def trusted_files(answers: Answers) -> tuple[PurePosixPath, ...]:
    """The files of these CAs: of one's own, and of those that sign for clients."""
    own = [] if answers.ca.source is AuthoritySource.NONE else [answers.ca.certificate]
    named = [] if answers.tls.ca_file is None else [answers.tls.ca_file]
    return tuple(dict.fromkeys((*own, *named)))
