"""Every rule of ``pfwizard check``, in the order in which they are listed."""

from collections.abc import Mapping

from pfwizard.check import (
    certificate_chains,
    certificates,
    changes,
    client_certificates,
    key_files,
    logins,
    machine,
    main_cf,
    managed_by_others,
    master_cf,
    mechanisms,
    network,
    obsolete,
    own_log,
    plugins_in_jail,
    reading,
    relay,
    relay_host,
    sasldb,
    shared_ports,
    smtpd_conf,
    sql_server,
    sqlite,
    tls,
)
from pfwizard.check.password_checkers import for_each_smtpd_conf
from pfwizard.check.rule import Rule

RULES: tuple[Rule, ...] = (
    *machine.RULES,
    *network.RULES,
    *changes.RULES,
    *managed_by_others.RULES,
    *reading.RULES,
    *main_cf.RULES,
    *own_log.RULES,
    *obsolete.RULES,
    *master_cf.RULES,
    *shared_ports.RULES,
    *relay.RULES,
    *relay_host.RULES,
    *tls.RULES,
    *key_files.RULES,
    *certificates.RULES,
    *certificate_chains.RULES,
    *client_certificates.RULES,
    *logins.RULES,
    *map(for_each_smtpd_conf, mechanisms.RULES),
    *map(for_each_smtpd_conf, smtpd_conf.RULES),
    *map(for_each_smtpd_conf, sql_server.RULES),
    *map(for_each_smtpd_conf, sasldb.RULES),
    *sqlite.RULES,
    *plugins_in_jail.RULES,
)

BY_IDENTIFIER: Mapping[str, Rule] = {rule.identifier: rule for rule in RULES}
