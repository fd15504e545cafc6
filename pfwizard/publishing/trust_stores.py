"""Where the usual systems keep the CAs that they trust, and how one of your own gets there."""

from collections.abc import Iterator
from dataclasses import dataclass

from pfwizard.publishing.commands import in_lines

CA = "{ca}"
"""The name of the file with the CA's certificate (PEM), wherever it was copied to."""

CRT = "{stem}.crt"
"""The same with the ending that update-ca-certificates(8) insists on."""


@dataclass(frozen=True)
class TrustStore:
    """One system's: a command, in parts between which it may be broken, or a way by hand."""

    system: str
    commands: tuple[tuple[str, ...], ...] = ()
    by_hand: tuple[str, ...] = ()


TRUST_STORES = (
    TrustStore(
        "Debian, Ubuntu, Alpine",
        (
            (f"cp {CA}", f"/usr/local/share/ca-certificates/{CRT}"),
            ("update-ca-certificates",),
        ),
    ),
    TrustStore(
        "Fedora, RHEL",
        ((f"cp {CA}", "/etc/pki/ca-trust/source/anchors/"), ("update-ca-trust",)),
    ),
    TrustStore(
        "openSUSE, SLES",
        ((f"cp {CA}", "/etc/pki/trust/anchors/"), ("update-ca-certificates",)),
    ),
    TrustStore("FreeBSD", ((f"cp {CA}", "/usr/local/share/certs/"), ("certctl rehash",))),
    TrustStore(
        "macOS",
        (
            (
                *("sudo security add-trusted-cert", "-d -r trustRoot"),
                *("-k /Library/Keychains/System.keychain", CA),
            ),
        ),
    ),
    TrustStore("Windows, as administrator", ((f"certutil -addstore -f Root {CA}",),)),
    TrustStore(
        "iPhone, iPad",
        by_hand=(
            f"Send {CA} by mail and open it.",
            "Settings, General, VPN & Device Management: install.",
            "Settings, General, About, Certificate Trust",
            "Settings: turn it on.",
        ),
    ),
    TrustStore(
        "Android",
        by_hand=("Settings, Security, Encryption & credentials,", "Install a certificate."),
    ),
    TrustStore(
        "Thunderbird",
        by_hand=("Settings, Privacy & Security, Manage Certificates,", "Authorities, Import."),
    ),
)


def how_to_trust(ca: str) -> Iterator[str]:
    """Lines that say it for every system; ``ca`` is the name of the file with the certificate."""
    for store in TRUST_STORES:
        yield from _in_store(store, ca)
    yield "In DER, where PEM is not taken:"
    parts = (f"openssl x509 -in {ca}", f"-outform DER -out {_stem(ca)}.cer")
    yield from (f"  {line}" for line in in_lines(*parts))


def on_every_system(ca: str) -> Iterator[str]:
    """The same for whoever has the certificate in DER as well, with a blank line between them."""
    for store in TRUST_STORES:
        yield from _in_store(store, ca)
        yield ""


def _in_store(store: TrustStore, ca: str) -> Iterator[str]:
    yield f"{store.system}:"
    for parts in store.commands:
        filled = (part.format(ca=ca, stem=_stem(ca)) for part in parts)
        yield from (f"  {line}" for line in in_lines(*filled))
    for line in store.by_hand:
        yield f"  {line.format(ca=ca)}"


def _stem(ca: str) -> str:
    return ca.removesuffix(".crt").removesuffix(".pem")
