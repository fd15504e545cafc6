"""Short ways to say what a test is about: documents from text, and text from documents."""

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.cf.text import encode


def main_cf(text: str) -> MainCf:
    return MainCf.parse(encode(text))


def master_cf(text: str) -> MasterCf:
    return MasterCf.parse(encode(text))


def smtpd_conf(text: str) -> SmtpdConf:
    return SmtpdConf.parse(encode(text))


def text_of(document: MainCf | MasterCf | SmtpdConf) -> str:
    return document.render().decode("utf-8", "surrogateescape")


def service_of(document: MasterCf, port: int = 25) -> Service:
    """The effective service on a port of every address."""
    service = document.find(Endpoint("", port))
    assert service is not None
    return service


def only_service(text: str) -> Service:
    """The only service of a master.cf."""
    [service] = master_cf(text).services
    return service
