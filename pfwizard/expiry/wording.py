"""What is wrong with a certificate in use, in words, and what to do about it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from pfwizard.apply.live.limits import lifting
from pfwizard.enumeration import listed
from pfwizard.expiry.judgement import Judge, Judgement
from pfwizard.expiry.watched import Role, WatchedCertificate
from pfwizard.plan.plan import Finding, warning

NAMES = {
    Role.LEAF: "the server's certificate in",
    Role.INTERMEDIATE: "the intermediate certificate in",
    Role.CA: "the CA's certificate in",
    Role.SERVED: "the certificate shown on",
    Role.FOR_A_NAME: "the certificate for clients that ask for a name, in",
    Role.OUTGOING: "the certificate that other servers are shown, in",
}

RENEW = "Renew it: pfwizard renew does it where the CA is your own."
RENEWALS = {
    Role.INTERMEDIATE: "Renew it: whoever issued it has a newer one.",
    Role.CA: "Renew it: pfwizard renew --ca does it where the CA is your own.",
    Role.FOR_A_NAME: "Have it renewed, and build the table of tls_server_sni_maps anew with "
    "postmap -F: it holds copies.",
    Role.OUTGOING: "Have it renewed by whoever issued it, or take it out of main.cf: hardly any "
    "server asks for one.",
}
HAVE_RELOADED = (
    "Postfix was not reloaded since the file was replaced. New clients are shown the new "
    "certificate after: postfix reload"
)

Words = Callable[[WatchedCertificate, Judge], tuple[str, str]]


def findings_of(certificate: WatchedCertificate, judge: Judge) -> Iterator[Finding]:
    """Nothing for a certificate that is in order."""
    for judgement in certificate.judgements:
        if judgement in WORDS:
            message, remedy = WORDS[judgement](certificate, judge)
            yield warning(judgement.value, message, remedy)


def _name(certificate: WatchedCertificate) -> str:
    return f"{NAMES[certificate.role]} {certificate.place}"


def _renewal(certificate: WatchedCertificate) -> str:
    """What to do; nothing where the file has another one already, of which there is a word too."""
    return "" if certificate.differs_from else RENEWALS.get(certificate.role, RENEW)


def _expired(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    end = _dates(certificate)[1]
    return f"{_name(certificate)} expired on {end:%Y-%m-%d %H:%M} UTC", _renewal(certificate)


def _expires(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    end = _dates(certificate)[1]
    return f"{_name(certificate)} expires on {end:%Y-%m-%d %H:%M} UTC", _renewal(certificate)


def _not_yet_valid(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    start = _dates(certificate)[0]
    return (
        f"{_name(certificate)} is valid only from {start:%Y-%m-%d %H:%M} UTC",
        f"This machine says it is {judge.now:%Y-%m-%d %H:%M}; check its clock.",
    )


def _differs(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    files = listed(map(str, certificate.differs_from))
    return f"{_name(certificate)} is another one than that in {files}", HAVE_RELOADED


def _unusable(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    return certificate.detail, "Postfix is told of this file in main.cf or master.cf."


def _unreadable(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    return certificate.detail, "Run pfwizard status as root."


def _silent(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    return certificate.detail, "The mail log says why."


def _limited(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    return f"it could not be found out: {certificate.detail}", lifting(certificate.detail)


def _not_shown(certificate: WatchedCertificate, judge: Judge) -> tuple[str, str]:
    return certificate.detail, (
        "Its files have a certificate for them. New clients are shown it after postfix reload, "
        "unless smtpd_tls_exclude_ciphers keeps them out."
    )


def _dates(certificate: WatchedCertificate) -> tuple[datetime, datetime]:
    if certificate.facts is None:
        raise LookupError(f"{certificate.place}: no certificate, and so no dates")
    return certificate.facts.not_before, certificate.facts.not_after


WORDS: Mapping[Judgement, Words] = {
    Judgement.EXPIRED: _expired,
    Judgement.NOT_YET_VALID: _not_yet_valid,
    Judgement.UNUSABLE: _unusable,
    Judgement.SILENT: _silent,
    Judgement.ABOUT_TO_EXPIRE: _expires,
    Judgement.DIFFERS: _differs,
    Judgement.NOT_SHOWN: _not_shown,
    Judgement.EXPIRES_SOON: _expires,
    Judgement.UNREADABLE: _unreadable,
    Judgement.LIMITED: _limited,
}
