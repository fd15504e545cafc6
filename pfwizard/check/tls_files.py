"""The parameters that name certificates, keys and CAs."""

from pfwizard.expiry.smtp_clients import BY_KEY_TYPE, PROGRAMS
from pfwizard.plan.tls.tls import PAIR

CHAIN_FILES = "smtpd_tls_chain_files"
CA_FILE = "smtpd_tls_CAfile"

SERVER_FILES = (CHAIN_FILES, *PAIR, *PAIR.values(), CA_FILE)

CLIENT_PAIRS = {
    f"{program}_tls_{name}": f"{program}_tls_{name.replace('cert', 'key')}"
    for program in PROGRAMS
    for name in BY_KEY_TYPE
}
"""As PAIR, of smtp(8) and lmtp(8)."""

CLIENT_CHAINS = tuple(f"{program}_tls_chain_files" for program in PROGRAMS)
CLIENT_CA_FILES = tuple(f"{program}_tls_CAfile" for program in PROGRAMS)

CLIENT_FILES = (*CLIENT_CHAINS, *CLIENT_PAIRS, *CLIENT_PAIRS.values(), *CLIENT_CA_FILES)
