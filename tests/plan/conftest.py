"""A program that is not on every host, in a machine that all tests of a worker share."""

from tests.pki.conftest import gnutls as gnutls
from tests.pki.conftest import machine as machine
