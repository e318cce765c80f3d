"""TLS for ``wss://`` URLs: verification of the venue's certificate."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Final


_log = logging.getLogger("carbonex.sdk")

SECURE: Final = "wss:"


def client_context(
    url: str, tls: ssl.SSLContext | str | Path | None
) -> ssl.SSLContext | None:
    """Return the TLS context for ``url``; None for ``ws://``.

    ``tls`` is a PEM file of certificate authorities, an SSLContext, or None for the
    authorities that this machine trusts. The certificate and its host name are
    verified. A given SSLContext may disable that, which is logged.

    Raises:
        ValueError: If ``url`` is not ``wss://`` and ``tls`` is given, or the file holds
            no certificate.
        OSError: If the file cannot be read.

    """
    if not url.lower().startswith(SECURE):
        if tls is not None:
            raise ValueError(f"tls needs a wss:// URL, and {url} is none")
        return None
    if isinstance(tls, ssl.SSLContext):
        if tls.verify_mode is not ssl.CERT_REQUIRED or not tls.check_hostname:
            _log.warning("%s: the context given does not verify who answers", url)
        return tls
    context = ssl.create_default_context() if tls is None else _trusting(Path(tls))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def refusal(error: ssl.SSLCertVerificationError) -> str:
    """Return why a certificate is refused, with advice."""
    advice = _ADVICE.get(error.verify_code, _UNTRUSTED)
    return f"the venue's certificate is refused, {error.verify_message}: {advice}"


def _trusting(path: Path) -> ssl.SSLContext:
    """Return a context that trusts only the authorities in ``path``."""
    text = path.read_text("ascii", errors="replace")
    try:
        return ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(f"{path} holds no certificate in PEM: {error}") from None


_UNTRUSTED: Final = (
    "get the certificate of the authority that signed it from the venue's operator,"
    ' and pass that file: connect(url, tls="ca.pem")'
)
_OUT_OF_DATE: Final = "tell the venue's operator, and look at this machine's clock"
_ELSEWHERE: Final = "connect under a name that is in it, or ask the venue's operator"

# By OpenSSL's X509_V_ERR_…: not valid yet, or any more; another name, or address.
_ADVICE: Final = {9: _OUT_OF_DATE, 10: _OUT_OF_DATE, 62: _ELSEWHERE, 64: _ELSEWHERE}
