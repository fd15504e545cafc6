"""The answers about logins as typed values."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath


class SaslScope(Enum):
    EVERYWHERE = "everywhere"
    SUBMISSION = "submission"


class SaslBackend(Enum):
    """Who checks passwords."""

    AUTHDAEMOND = "authdaemond"
    SASLAUTHD = "saslauthd"
    SASLDB = "sasldb"
    SQL = "sql"
    LDAPDB = "ldapdb"
    DOVECOT = "dovecot"


class ChrootChoice(Enum):
    """What becomes of an smtpd in the chroot jail that cannot reach the password checker."""

    AUTO = "auto"
    LEAVE = "leave"
    MOVE_SOCKET = "move-socket"


class SaslauthdMechanism(Enum):
    """Whom saslauthd asks (the option -a of saslauthd(8))."""

    AS_IT_IS = ""
    PAM = "pam"
    SHADOW = "shadow"
    LDAP = "ldap"
    RIMAP = "rimap"


class LoginNames(Enum):
    """Whether saslauthd looks for a user with the domain or without it."""

    AS_THEY_ARE = ""
    USER = "user"
    USER_AT_DOMAIN = "user@domain"


class SqlEngine(Enum):
    """The values of sql_engine in smtpd.conf."""

    MYSQL = "mysql"
    POSTGRESQL = "pgsql"
    SQLITE = "sqlite3"


class LdapdbStartTls(Enum):
    """The values of ldapdb_starttls in smtpd.conf."""

    OFF = ""
    TRY = "try"
    DEMAND = "demand"


@dataclass(frozen=True)
class SaslauthdAnswers:
    mechanism: SaslauthdMechanism
    login_names: LoginNames
    ldap_servers: tuple[str, ...]
    ldap_filter: str
    ldap_bind_dn: str
    ldap_bind_password_file: PurePosixPath | None
    ldap_search_base: str = ""
    rimap_host: str = ""


@dataclass(frozen=True)
class SqlAnswers:
    engine: SqlEngine
    hosts: tuple[str, ...]
    user: str
    password_file: PurePosixPath | None
    database: str = ""
    select: str = ""


@dataclass(frozen=True)
class LdapdbAnswers:
    password_file: PurePosixPath | None
    mechanism: str
    starttls: LdapdbStartTls
    uri: str = ""
    id: str = ""


@dataclass(frozen=True)
class DovecotAnswers:
    listener: bool
    drop_in: PurePosixPath | None


@dataclass(frozen=True)
class SaslAnswers:
    """``socket`` and ``database`` are None where the platform's package decides."""

    enabled: bool
    scope: SaslScope
    backend: SaslBackend
    socket: PurePosixPath | None
    database: PurePosixPath | None
    mechanisms: tuple[str, ...]
    chroot: ChrootChoice
    local_domain: str
    broken_clients: bool
    recipient_restrictions: tuple[str, ...]
    saslauthd: SaslauthdAnswers
    sql: SqlAnswers
    ldapdb: LdapdbAnswers
    dovecot: DovecotAnswers
