"""OpenLDAP's slapd: saslauthd asks it whether a password is right, and Postfix for the password."""

from tests.machines.machine import Machine
from tests.real.sasl import saslauthd
from tests.real.sasl.login_server import DOMAIN, NAME, PASSWORD, PasswordServer, restart
from tests.real.sasl.stores import challenges

BASE = "dc=kernel-panic,dc=it"
"""Its package makes this entry for the name of the machine."""

ENTRY = f"""\
dn: uid={NAME},{BASE}
objectClass: inetOrgPerson
uid: {NAME}
cn: {NAME}
sn: {NAME}
mail: {NAME}@{DOMAIN}
userPassword: {PASSWORD}
"""

PROXY, PROXYS_PASSWORD = "postfix", """proxy # "geheim' %u \\x"""
PROXYS_PASSWORD_FILE = "/root/proxy-password"

PROXYS_ENTRY = f"""\
dn: uid={PROXY},{BASE}
objectClass: account
objectClass: simpleSecurityObject
uid: {PROXY}
userPassword: {PROXYS_PASSWORD}
authzTo: dn.regex:^uid=[^,]+,{BASE}$
"""

# Whose entry belongs to a name of SASL's, and that entries say for whom they may act.
PROXY_AUTHORISATION = f"""\
dn: cn=config
changetype: modify
replace: olcAuthzRegexp
olcAuthzRegexp: ^uid=([^,]+),.*cn=auth$ uid=$1,{BASE}
-
replace: olcAuthzPolicy
olcAuthzPolicy: to
"""

BY_ITS_SOCKET = "ldapi://%2Frun%2Fslapd%2Fldapi"

PROXY_BY_ITS_NUMBERS = f"""\
dn: cn=config
changetype: modify
add: olcAuthzRegexp
olcAuthzRegexp: ^gidNumber={{}}[+]uidNumber={{}},cn=peercred,.*$ uid={PROXY},{BASE}
"""


def saslauthd_with_ldap(machine: Machine) -> PasswordServer:
    """pfwizard has saslauthd ask the directory, where it has asked PAM until now."""
    machine.run(["runuser", "-u", "openldap", "slapadd"], input=ENTRY)
    restart(machine, "slapd")
    return PasswordServer(
        f'{saslauthd.BACKEND}[sasl.saslauthd]\nmechanism = "ldap"\n'
        f'ldap_servers = ["ldap://127.0.0.1"]\nldap_search_base = "{BASE}"\n',
        user=NAME,
        services=("saslauthd",),
    )


def _fill(machine: Machine) -> None:
    """Once, whichever of the two ways to log in is tried first."""
    if f"uid={PROXY}," in machine.run(["runuser", "-u", "openldap", "slapcat"]).stdout:
        return
    machine.run(["runuser", "-u", "openldap", "slapadd"], input=f"{ENTRY}\n{PROXYS_ENTRY}")
    restart(machine, "slapd")
    machine.run(
        ["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///"], input=PROXY_AUTHORISATION
    )


def ldapdb(machine: Machine) -> PasswordServer:
    """Postfix itself logs in to the directory, acts for the user there, and reads the password."""
    offered = ("PLAIN", "LOGIN", *challenges(machine))
    _fill(machine)
    machine.write(PROXYS_PASSWORD_FILE, f"{PROXYS_PASSWORD}\n", 0o600)
    names = ", ".join(f'"{each}"' for each in offered)
    return PasswordServer(
        f'backend = "ldapdb"\nmechanisms = [{names}]\n[sasl.ldapdb]\nuri = "ldap://127.0.0.1"\n'
        f'id = "{PROXY}"\npassword_file = "{PROXYS_PASSWORD_FILE}"\n'
        f'mechanism = "{offered[-1]}"\n',
        user=NAME,
        offered=offered,
    )


def ldapdb_by_its_socket(machine: Machine) -> PasswordServer:
    """The directory knows Postfix's user by the socket that it comes by, without a password."""
    _fill(machine)
    numbers = [machine.run(["id", flag, "postfix"]).stdout.strip() for flag in ("-g", "-u")]
    machine.run(
        ["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///"],
        input=PROXY_BY_ITS_NUMBERS.format(*numbers),
    )
    return PasswordServer(
        f'backend = "ldapdb"\n[sasl.ldapdb]\nuri = "{BY_ITS_SOCKET}"\nid = "{PROXY}"\n'
        'mechanism = "EXTERNAL"\n',
        user=NAME,
        offered=("PLAIN", "LOGIN", "SCRAM-SHA-256"),
    )


def that_does_not_run(machine: Machine) -> PasswordServer:
    """One from which Postfix itself would read the passwords."""
    return PasswordServer(
        'backend = "ldapdb"\n[sasl.ldapdb]\nuri = "ldap://127.0.0.1"\nid = "postfix"\n'
    )
