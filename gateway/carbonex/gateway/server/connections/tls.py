"""TLS for the venue's port: certificate and key files, and their renewal."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from typing import TYPE_CHECKING, Final, final

import structlog
from cryptography import x509

from carbonex.gateway.config import FILE_NAME
from carbonex.gateway.documents import ConfigError


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.gateway.config import Config, Tls


ADVICE: Final = (
    "orders and private data can be read on the way: name a certificate under [tls]"
    " in venue.toml, or have a proxy on this machine speak TLS"
)
OTHERS: Final = 0o077  # mode bits that give access to anyone but the owner
SOON: Final = dt.timedelta(days=14)

_log = structlog.get_logger("carbonex.gateway")


@final
class Encryption:
    """The encryption of a venue's port; ``context`` is None without TLS."""

    def __init__(self, directory: Path, config: Config) -> None:
        """Load the files named in the configuration.

        Raises:
            ConfigError: As ``server_context``.

        """
        self._directory: Final = directory
        self._tls: Final = config.tls
        self._host: Final = config.listen.host
        self.context: Final = server_context(directory, config.tls)

    @property
    def on(self) -> bool:
        """Whether the port speaks TLS."""
        return self.context is not None

    def renew(self) -> None:
        """Reload the certificate and key, for new connections.

        If they are unusable, report that and keep the old ones. Without TLS there is
        nothing to reload.
        """
        if self.context is None:
            _log.info("nothing to read again", reason="the port does not speak TLS")
            return
        try:
            load(self.context, self._directory, self._tls)
        except ConfigError as error:
            _log.error("TLS files not renewed", reason=str(error))
        else:
            _log.info("TLS files read again")
            self.report_weaknesses()

    def report_weaknesses(self) -> None:
        """Warn the operator about weak, expiring or missing encryption."""
        if self.on:
            for warning in warnings(self._directory, self._tls):
                _log.warning("TLS", warning=warning)
        elif not is_loopback(self._host):
            _log.warning("not encrypted", host=self._host, advice=ADVICE)


def server_context(directory: Path, tls: Tls) -> ssl.SSLContext | None:
    """Return a context for TLS 1.2 or newer, or None without a certificate.

    Raises:
        ConfigError: If a file is unusable; it is named, with the reason.

    """
    if not tls.certificate and not tls.key:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    load(context, directory, tls)
    return context


def load(context: ssl.SSLContext, directory: Path, tls: Tls) -> None:
    """Load the certificate and key from their files into ``context``.

    Open connections keep the certificate they began with.

    Raises:
        ConfigError: As ``server_context``; the context is then unchanged.

    """
    certificate = _file(directory, "certificate", tls.certificate)
    key = _file(directory, "key", tls.key)
    # Try the pair in a throw-away context first, so that an error changes nothing.
    _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate, key)
    _load(context, certificate, key)


def warnings(directory: Path, tls: Tls) -> list[str]:
    """Return warnings for the operator about usable files."""
    found = []
    key, certificate = directory / tls.key, directory / tls.certificate
    mode = key.stat().st_mode & 0o777
    if mode & OTHERS:
        found.append(
            f"{key} has mode {mode:04o}: others than its owner can read the venue's"
            f" TLS key; chmod 600 {key}"
        )
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    left = ends - dt.datetime.now(dt.UTC)
    if left < SOON:
        fate = "is valid no longer than" if left > dt.timedelta(0) else "has expired on"
        found.append(
            f"{certificate} {fate} {ends:%Y-%m-%d}: replace it, and send the server"
            " SIGHUP"
        )
    return found


def is_loopback(host: str) -> bool:
    """Return whether only this machine can connect to ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _file(directory: Path, name: str, given: str) -> Path:
    path = directory / given
    at = f"{directory / FILE_NAME}: tls.{name}"
    if not given:
        raise ConfigError(f"{at} is missing: TLS needs a certificate and its key")
    try:
        text = path.read_text("ascii")
    except UnicodeDecodeError:
        raise ConfigError(f"{at} = {given!r}: {path} is not PEM") from None
    except OSError as error:
        raise ConfigError(
            f"{at} = {given!r}: {path} cannot be read: {error.strerror}"
        ) from None
    wanted = "-----BEGIN CERTIFICATE-----" if name == "certificate" else "PRIVATE KEY"
    if wanted not in text:
        raise ConfigError(f"{at} = {given!r}: {path} holds no {name} in PEM")
    return path


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    def no_password() -> str:
        raise ConfigError(
            f"{key} is encrypted, and a server that starts by itself has nobody to"
            " ask: store it decrypted, with mode 0600"
        )

    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise ConfigError(
            f"{certificate} and {key} cannot be used together: {reason}"
        ) from None
