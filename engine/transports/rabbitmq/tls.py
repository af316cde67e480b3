"""TLS domains: which certificates a connection to a broker uses, as `tls_domain=` of a socket names them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.errors import SwitchboardError
from engine.transports.rabbitmq.errors import BrokerError
from engine.transports.reasons import reason_of


class TlsDomain(BaseModel):
    """One entry of `tls_domains`. Paths of PEM files; they are read anew at each connect."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca: str | None = Field(None, description="File of the authorities that are trusted; absent: the system's.")
    cert: str | None = Field(None, description="File of our own certificate, where the broker asks for one.")
    key: str | None = Field(None, description="File of its private key; absent: it is in the file of `cert`.")
    verify: bool = Field(True, description="Check the broker's certificate and that it is for the socket's host.")

    @model_validator(mode="after")
    def _key_needs_cert(self) -> TlsDomain:
        if self.key is not None and self.cert is None:
            raise ValueError("`key` needs `cert`, the certificate that it belongs to")
        return self

    def context(self) -> ssl.SSLContext:
        """What a connection needs.

        Raises:
            BrokerError: a file cannot be read, or holds something else.
        """
        made = ssl.create_default_context()
        if not self.verify:
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        for path, load in ((self.ca, made.load_verify_locations), (self.cert, self._loader(made))):
            if path is not None:
                _load(path, load)
        return made

    def _loader(self, made: ssl.SSLContext) -> Callable[[str], None]:
        return lambda cert: made.load_cert_chain(cert, self.key)


SYSTEM = TlsDomain(ca=None, cert=None, key=None, verify=True)
"""What `use_tls` means for a socket that names no domain."""


def domain_named(name: str | None, domains: Mapping[str, TlsDomain], *, is_tls_wanted: bool) -> TlsDomain | None:
    """The domain that a socket names, or the system's where it names none and TLS is wanted; None is without TLS.

    Raises:
        SwitchboardError: the socket names a domain that there is not.
    """
    if name is None:
        return SYSTEM if is_tls_wanted else None
    if (domain := domains.get(name)) is None:
        known = ", ".join(sorted(domains)) or "none"
        raise SwitchboardError(f"tls_domain {name!r} is not in transports.rabbitmq.tls_domains (there: {known})")
    return domain


def _load(path: str, load: Callable[[str], None]) -> None:
    try:
        load(path)
    except OSError as error:  # ssl.SSLError among them
        raise BrokerError(f"TLS file {path}: {reason_of(error)}") from error
