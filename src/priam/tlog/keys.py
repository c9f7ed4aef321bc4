"""Key pairs of a log, a witness or a person, and how they rest on disk.

A key file holds one Ed25519 and one ML-DSA-44 key under one name and for one role. Both secrets
are encrypted together with AES-256-GCM under a key that scrypt (RFC 7914) derives from a
passphrase; name, role and public keys stand in the clear but are authenticated with them, so a
changed file does not open. There is no way to a secret without its passphrase.

Roles keep one key from serving two kinds of statement:

==========  =====================================  ==========================================
role        Ed25519 line                           ML-DSA-44 line
==========  =====================================  ==========================================
``log``     0x01 on checkpoints                    0x06 on checkpoints
``witness``  0x04 cosignature                      0x06 cosignature
``person``  0x01 on manifests and other notes      0xff on manifests and other notes
==========  =====================================  ==========================================
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from priam.tlog.cosignatures import (
    Clock,
    Ed25519Cosigner,
    MlDsa44Cosigner,
    MlDsa44NoteSigner,
    system_clock,
    verifier_of,
)
from priam.tlog.errors import FormatError, LogError
from priam.tlog.hashes import decode_base64, encode_base64
from priam.tlog.leaves import canonical_json
from priam.tlog.notes import ED25519, Ed25519Signer, Signer, Verifier, VerifierKey, check_name

__all__ = [
    "ROLES",
    "KeyPair",
    "load_key",
    "load_public_keys",
    "open_key",
    "parse_signer_key",
    "save_key",
    "seal_key",
    "signer_key",
]

ROLES = ("log", "witness", "person")
FORMAT = "priam-key/v1"
SCRYPT_N = 2**17  # 128 MiB and about half a second for each guess
_LARGEST_N = 2**20
_SEED = 32


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One name's two keys, for one role of :data:`ROLES`. The seeds have 32 bytes each."""

    name: str
    role: str
    ed25519_seed: bytes = field(repr=False)
    mldsa44_seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.role not in ROLES:
            raise FormatError(f"role {self.role!r} is unknown, expected one of {', '.join(ROLES)}")
        if len(self.ed25519_seed) != _SEED or len(self.mldsa44_seed) != _SEED:
            raise FormatError(f"the seed of a key has {_SEED} bytes")

    @classmethod
    def generate(cls, name: str, role: str, source: Callable[[int], bytes] = os.urandom) -> Self:
        """New keys; ``source`` gives the random bytes."""
        return cls(name, role, source(_SEED), source(_SEED))

    def signers(self, clock: Clock = system_clock) -> list[Signer]:
        """The Ed25519 and the ML-DSA-44 signer of the role."""
        classical = Ed25519PrivateKey.from_private_bytes(self.ed25519_seed)
        lattice = MLDSA44PrivateKey.from_seed_bytes(self.mldsa44_seed)
        if self.role == "person":
            return [Ed25519Signer(self.name, classical), MlDsa44NoteSigner(self.name, lattice)]
        second = MlDsa44Cosigner(self.name, lattice, clock)
        if self.role == "witness":
            return [Ed25519Cosigner(self.name, classical, clock), second]
        return [Ed25519Signer(self.name, classical), second]

    def verifiers(self) -> list[Verifier]:
        """The public halves."""
        return [verifier_of(vkey) for vkey in self.vkeys()]

    def vkeys(self) -> list[str]:
        """The keys as they are published: one vkey for each signature line."""
        return [str(signer.vkey) for signer in self.signers()]


def seal_key(pair: KeyPair, passphrase: str, *, n: int = SCRYPT_N) -> str:
    """The text of a key file that only ``passphrase`` opens; ``n`` is scrypt's cost."""
    if not passphrase:
        raise LogError("a key needs a passphrase")
    head = {
        "format": FORMAT,
        "name": pair.name,
        "role": pair.role,
        "public": pair.vkeys(),
        "kdf": {"name": "scrypt", "n": n, "r": 8, "p": 1, "salt": encode_base64(os.urandom(16))},
        "cipher": {"name": "AES-256-GCM", "nonce": encode_base64(os.urandom(12))},
    }
    nonce = decode_base64(head["cipher"]["nonce"])  # type: ignore[index]
    secret = pair.ed25519_seed + pair.mldsa44_seed
    sealed = AESGCM(_derive(head["kdf"], passphrase)).encrypt(nonce, secret, canonical_json(head))
    return json.dumps({**head, "secret": encode_base64(sealed)}, indent=1) + "\n"


def save_key(pair: KeyPair, path: Path, passphrase: str, *, n: int = SCRYPT_N) -> None:
    """Write a key file that only ``passphrase`` opens; an existing file is not overwritten.

    ``n`` is scrypt's cost, a power of two.
    """
    _write_new(path, seal_key(pair, passphrase, n=n))


def _write_new(path: Path, text: str) -> None:
    """A file only its owner may read, complete or not there at all."""
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        raise LogError(f"{path} exists; a key file is never overwritten") from None
    finally:
        part.unlink()


def load_key(path: Path, passphrase: str) -> KeyPair:
    """Open a key file."""
    return _opened(_read(path), passphrase, str(path))


def open_key(text: str, passphrase: str) -> KeyPair:
    """Open what :func:`seal_key` made."""
    return _opened(_parsed(text, "the key"), passphrase, "the key")


def _opened(head: dict[str, Any], passphrase: str, where: str) -> KeyPair:
    try:
        sealed = decode_base64(head.pop("secret"), "secret")
        nonce = decode_base64(head["cipher"]["nonce"], "nonce")
        key = _derive(head["kdf"], passphrase)
        secret = AESGCM(key).decrypt(nonce, sealed, canonical_json(head))
        pair = KeyPair(head["name"], head["role"], secret[:_SEED], secret[_SEED:])
    except InvalidTag:
        raise LogError(f"{where}: wrong passphrase, or the file was changed") from None
    except (KeyError, TypeError, AttributeError, ValueError, MemoryError):
        raise FormatError(f"{where} is no key file of the form {FORMAT}") from None
    return pair


def load_public_keys(path: Path) -> list[VerifierKey]:
    """The public keys in a key file; they are vouched for only once the file is opened."""
    public = _read(path).get("public")
    if not isinstance(public, list) or not all(isinstance(text, str) for text in public):
        raise FormatError(f"{path} has no list of public keys")
    return [VerifierKey.parse(text) for text in public]


def _read(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_bytes(), str(path))
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}") from None


def _parsed(text: bytes | str, where: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FormatError(f"{where} is no key file of the form {FORMAT}")
    return content


def _derive(kdf: Any, passphrase: str) -> bytes:
    n, r, p = kdf["n"], kdf["r"], kdf["p"]
    cheap = type(n) is int and 2 <= n <= _LARGEST_N and n & (n - 1) == 0
    if kdf["name"] != "scrypt" or not cheap or r != 8 or p != 1:
        raise FormatError("the key file asks for a key derivation that Priam does not do")
    salt = decode_base64(kdf["salt"], "salt")
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.encode())


def signer_key(signer: Ed25519Signer) -> str:
    """The "skey" text of a private Ed25519 key, unencrypted: only to hand it to other tools."""
    seed = signer.private_key.private_bytes_raw()
    encoded = encode_base64(bytes([ED25519]) + seed)
    return f"PRIVATE+KEY+{signer.name}+{signer.key_id.hex()}+{encoded}"


def parse_signer_key(text: str) -> Ed25519Signer:
    """Read a "skey": ``PRIVATE+KEY+name+id+base64(0x01 || seed)``; secrets stay out of errors."""
    parts = text.split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise FormatError("this is no signer key: expected PRIVATE+KEY+name+id+key")
    _, _, name, identifier, encoded = parts
    try:
        data = decode_base64(encoded)
    except FormatError:
        raise FormatError(f"the signer key of {name!r} is not base64") from None
    if data[:1] != bytes([ED25519]):
        raise FormatError(f"the signer key of {name!r} is not of type 0x01 (Ed25519)")
    signer = Ed25519Signer.from_seed(name, data[1:])
    if signer.key_id.hex() != identifier:
        raise FormatError(f"the id {identifier!r} of signer key {name!r} is not that of its key")
    return signer
