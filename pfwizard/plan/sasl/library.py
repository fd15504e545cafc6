"""smtpd.conf of the SASL library: who checks passwords, and by which mechanisms."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import LdapdbStartTls, SaslBackend, SqlAnswers, SqlEngine
from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.problem import Severity
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.cf.text import UnwritableValue
from pfwizard.enumeration import listed
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Draft
from pfwizard.plan.plan import Finding, refusal, warning
from pfwizard.plan.sasl.checker import backend_of, let_log_in_by, mechanisms_of
from pfwizard.plan.sasl.jail import path_for_smtpd
from pfwizard.plan.sasl.parameters import DEFAULT_CHECKER, PASSWORDS
from pfwizard.plan.sasl.password_file import (
    SPECIAL_IN_QUOTES,
    Place,
    cannot_hold,
    with_password,
)

Option = tuple[str, str]

OTHERS = 0o007

LEAVE_LOGINS_ALONE = Wording("Say ", Named("sasl.enabled", False), " to leave logins as they are.")


def smtpd_conf_path(draft: Draft) -> PurePosixPath:
    """The file that wins today, or the one that belongs there."""
    return draft.facts.smtpd_conf


def plan_library(draft: Draft) -> Draft:
    """Plan the file of the SASL library, where this platform's Postfix looks for it."""
    path = smtpd_conf_path(draft)
    document = SmtpdConf.parse(draft.facts.file(path).content or b"")
    fatal = [problem for problem in document.problems() if problem.severity is Severity.FATAL]
    if fatal:
        problem = fatal[0]
        return draft.with_finding(
            refusal(
                "smtpd-conf-malformed",
                f"{path}:{problem.line}: {problem.message}",
                "Correct this line; as it is, no SMTP server with AUTH can start.",
            )
        )
    draft = _warn_of_replaced_checker(draft, document)
    try:
        for key, value in _options(draft):
            if not _is_same_list(document, key, value):
                document = document.set(key, value)
    except UnwritableValue as error:
        return draft.with_finding(cannot_hold(path, error))
    draft, document = _with_password(draft, document)
    draft = _written(draft, path, document)
    return _judge_place(draft, path)


def _is_same_list(document: SmtpdConf, key: str, value: str) -> bool:
    """Whether the mechanisms are there already; the library takes their names in any case."""
    present = document.get(key)
    return key == "mech_list" and present is not None and present.upper().split() == value.split()


def _written(draft: Draft, path: PurePosixPath, document: SmtpdConf) -> Draft:
    private = [each.key for each in document.options if PASSWORDS.search(each.key)]
    if not private:
        return draft.with_file(path, document.render(), PUBLIC_FILE)
    state = draft.facts.file(path)
    if state.content == document.render():
        is_open = state.mode & OTHERS
        return draft.with_finding(_open(path, listed(private))) if is_open else draft
    return draft.with_file(
        path,
        document.render(),
        state.mode & ~OTHERS if state.exists else PRIVATE_FILE,
        secret=True,
        summary=(
            f"not shown, because it holds {listed(private)}",
            f"set in it: {listed(_new(SmtpdConf.parse(state.content or b''), document))}",
        ),
        sets_mode=bool(state.mode & OTHERS),
    )


def _new(before: SmtpdConf, after: SmtpdConf) -> list[str]:
    """The options whose value is another one."""
    return [each.key for each in after.options if before.get(each.key) != after.get(each.key)]


def _open(path: PurePosixPath, private: str) -> Finding:
    return warning(
        "passwords-readable",
        f"{path} holds {private}, and every user of this machine can read it",
        f"chmod o= {path}; Postfix reads it as root.",
    )


def _judge_place(draft: Draft, path: PurePosixPath) -> Draft:
    if draft.facts.platform.is_known:
        return draft
    return draft.with_finding(
        warning(
            "platform-unknown",
            f"where Postfix looks for {path.name} on this platform is not known; {path} is a guess",
            "Compare it with the documentation of this platform's Postfix package.",
        )
    )


def _options(draft: Draft) -> Iterator[Option]:
    """In the order in which they are added to a new file."""
    backend, sasl = backend_of(draft), draft.answers.sasl
    yield "pwcheck_method", backend.checker
    if backend.socket_option:
        yield backend.socket_option, str(path_for_smtpd(draft))
    if backend.auxprop:
        yield "auxprop_plugin", backend.auxprop
    if sasl.backend is SaslBackend.SASLDB and sasl.database is not None:
        yield "sasldb_path", str(sasl.database)
    elif sasl.backend is SaslBackend.SQL:
        yield from _of_sql(draft)
    elif sasl.backend is SaslBackend.LDAPDB:
        yield from _of_ldapdb(draft)
    yield "mech_list", " ".join(mechanisms_of(draft))


def _of_sql(draft: Draft) -> Iterator[Option]:
    sql = draft.answers.sasl.sql
    yield "sql_engine", sql.engine.value
    if sql.engine is not SqlEngine.SQLITE:
        if sql.hosts:
            yield "sql_hostnames", _hosts(sql.hosts)
        if sql.user:
            yield "sql_user", _name(sql, sql.user)
    yield "sql_database", _name(sql, _database(sql))
    yield "sql_select", sql.select


def _hosts(hosts: tuple[str, ...]) -> str:
    """Raises UnwritableValue for an address with colons: a port begins at the first (sql.c)."""
    for host in hosts:
        if host.startswith("["):
            raise UnwritableValue(f"sql_hostnames takes no IPv6 address such as {host}")
    return ", ".join(hosts)


def _database(sql: SqlAnswers) -> str:
    """Raises UnwritableValue for a file that would be looked for in the queue directory."""
    if sql.engine is SqlEngine.SQLITE and not sql.database.startswith("/"):
        raise UnwritableValue(f"{sql.database} is not the whole path of SQLite's database")
    return sql.database


def _name(sql: SqlAnswers, name: str) -> str:
    """Raises UnwritableValue for one that ends the quotes that the plug-in puts it in (sql.c)."""
    if sql.engine is SqlEngine.POSTGRESQL and SPECIAL_IN_QUOTES.search(name):
        raise UnwritableValue(f"the plug-in for PostgreSQL takes no quote or backslash in {name}")
    return name


def _of_ldapdb(draft: Draft) -> Iterator[Option]:
    ldapdb = draft.answers.sasl.ldapdb
    yield "ldapdb_uri", ldapdb.uri
    yield "ldapdb_id", ldapdb.id
    yield "ldapdb_mech", ldapdb.mechanism
    if ldapdb.starttls is not LdapdbStartTls.OFF:
        yield "ldapdb_starttls", ldapdb.starttls.value


def _with_password(draft: Draft, document: SmtpdConf) -> tuple[Draft, SmtpdConf]:
    sasl = draft.answers.sasl
    if sasl.backend is SaslBackend.SQL and sasl.sql.engine is not SqlEngine.SQLITE:
        key, file = "sql_passwd", sasl.sql.password_file
    elif sasl.backend is SaslBackend.LDAPDB:
        key, file = "ldapdb_pw", sasl.ldapdb.password_file
    else:
        return draft, document
    if file is None:
        return draft, document
    in_quotes = key == "sql_passwd" and sasl.sql.engine is SqlEngine.POSTGRESQL
    return with_password(draft, document, Place(smtpd_conf_path(draft), key, in_quotes), file)


def _warn_of_replaced_checker(draft: Draft, document: SmtpdConf) -> Draft:
    backend = backend_of(draft)
    present, wanted = _checker(document), backend.checker
    if backend.auxprop:
        wanted = f"{wanted} ({backend.auxprop})"
    same = present in (wanted, backend.checker) and not _is_other_store(document, backend.auxprop)
    if not let_log_in_by(draft, smtpd_conf_path(draft)):
        return draft
    if same:
        return _warn_of_replaced_socket(draft, document)
    return draft.with_finding(
        warning(
            "checker-replaced",
            f"until now {present} checked the passwords; from now on {wanted} does, for whom "
            "every user must be known",
            LEAVE_LOGINS_ALONE,
        )
    )


def _warn_of_replaced_socket(draft: Draft, document: SmtpdConf) -> Draft:
    option, wanted = backend_of(draft).socket_option, str(path_for_smtpd(draft))
    present = document.get(option) if option else None
    if present is None or present == wanted:
        return draft
    return draft.with_finding(
        warning(
            "checker-socket-replaced",
            f"until now {backend_of(draft).name} was asked through {present}, as smtpd sees it; "
            f"from now on it is through {wanted}",
            Wording("Name the socket in ", Named("sasl.socket"), " to have it as it is."),
        )
    )


def _checker(document: SmtpdConf) -> str:
    present = document.get("pwcheck_method") or DEFAULT_CHECKER
    store = document.get("auxprop_plugin")
    return f"{present} ({store})" if store and present == DEFAULT_CHECKER else present


def _is_other_store(document: SmtpdConf, wanted: str) -> bool:
    """Whether another plug-in has given the passwords until now."""
    store = document.get("auxprop_plugin")
    return bool(wanted and store) and store != wanted
