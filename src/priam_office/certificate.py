"""A certificate of the office's own, for a mortuary without a public name.

Tablets and other installations compare its fingerprint once, by eye, and then trust it: no
authority, no internet.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from priam.errors import InputError

__all__ = ["fingerprint", "own_certificate"]

_YEARS = 5
# To be shown to a witness as well (`priam witness request --show-certificate`).
_USES = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


def own_certificate(folder: Path, hosts: Iterable[str]) -> tuple[Path, Path]:
    """Paths of certificate and key in ``folder``; made for ``hosts`` if they are not there."""
    certificate, key = folder / "tls-certificate.pem", folder / "tls-key.pem"
    if not certificate.exists() or not key.exists():
        _make(certificate, key, sorted({*hosts, "localhost", "127.0.0.1", "::1"}))
    return certificate, key


def _make(certificate: Path, key: Path, hosts: list[str]) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Priam office")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # the other machine's clock may be behind
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(x509.ExtendedKeyUsage(_USES), False)
        # All own certificates have one name: these tell them apart where several are trusted.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(secret.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(secret.public_key()), False
        )
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write(
        key,
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        0o600,
    )
    _write(certificate, made.public_bytes(pem), 0o644)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _write(path: Path, data: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the certificate in pairs, as browsers show it."""
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            f"expected a certificate in PEM form ({error})", file=certificate
        ) from None
    return read.fingerprint(hashes.SHA256()).hex(":").upper()
