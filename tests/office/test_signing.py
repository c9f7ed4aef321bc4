"""A person's signature: made with their passphrase alone, checked against the record."""

from __future__ import annotations

import json

import pytest

from priam.errors import UserError
from priam_office.people import signing
from tests.office.signing_in import account

PASSPHRASE = "correct horse battery"
STATEMENT = b'{"conclusion":"identified","decision":"d1"}'


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "SCRYPT_N", 2**4)


def test_what_a_person_signs_verifies_and_names_them(store: str) -> None:
    user = account("legal")
    made = signing.make_key(user, PASSPHRASE)
    signature = signing.sign(user, PASSPHRASE, STATEMENT)
    assert len(signature.splitlines()) == 2  # Ed25519 and ML-DSA-44
    key = signing.verify(STATEMENT, signature)
    assert (key.account, key.key, key.vkeys) == (user.key, made.key, made.vkeys)


def test_another_statement_does_not_verify(sqlite: str) -> None:
    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    signature = signing.sign(user, PASSPHRASE, STATEMENT)
    with pytest.raises(UserError, match="does not verify"):
        signing.verify(STATEMENT.replace(b"d1", b"d2"), signature)


def test_one_of_the_two_lines_is_not_enough(sqlite: str) -> None:
    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    lines = signing.sign(user, PASSPHRASE, STATEMENT).splitlines(keepends=True)
    for line in lines:
        with pytest.raises(UserError, match="does not verify"):
            signing.verify(STATEMENT, line)


@pytest.mark.parametrize("signature", ["", "nonsense", "— x.example/p AAAAAAAA"])
def test_what_is_no_signature_is_refused(sqlite: str, signature: str) -> None:
    with pytest.raises(UserError, match="signature"):
        signing.verify(STATEMENT, signature)


def test_a_wrong_passphrase_signs_nothing_and_cannot_be_guessed_for_long(sqlite: str) -> None:
    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    for _ in range(5):
        with pytest.raises(UserError, match="not the passphrase"):
            signing.sign(user, "correct horse batterz", STATEMENT)
    with pytest.raises(UserError, match="wait 15 minutes"):
        signing.sign(user, PASSPHRASE, STATEMENT)


def test_the_database_alone_cannot_sign(sqlite: str) -> None:
    from priam_office.people.models import SealedKey, User

    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    kept = json.loads(SealedKey.objects.get().sealed)
    assert kept["kdf"]["name"] == "scrypt" and PASSPHRASE not in json.dumps(kept)
    row = User.objects.filter(pk=user.pk).values().get()
    assert PASSPHRASE not in str(row)
    with pytest.raises(UserError, match="not the passphrase"):
        signing.sign(user, "", STATEMENT)


def test_a_key_that_was_revoked_signed_before_but_no_more(sqlite: str) -> None:
    from priam_office.record.queries import head

    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    signature = signing.sign(user, PASSPHRASE, STATEMENT)
    then, _ = head()
    signing.revoke_key(user, "stolen", by="person/0123456789ab")
    assert signing.verify(STATEMENT, signature, sequence=then - 1).account == user.key
    for sequence in (None, then, then + 1):
        with pytest.raises(UserError, match=r"revoked \(stolen\)"):
            signing.verify(STATEMENT, signature, sequence=sequence)
    with pytest.raises(UserError, match="make one first"):
        signing.sign(user, PASSPHRASE, STATEMENT)


def test_a_new_key_replaces_the_older_one(sqlite: str) -> None:
    user = account("legal")
    first = signing.make_key(user, PASSPHRASE)
    second = signing.make_key(user, PASSPHRASE + "!")
    key = signing.key_of(user)
    assert key is not None and key.key == second.key != first.key
    assert signing.verify(STATEMENT, signing.sign(user, PASSPHRASE + "!", STATEMENT)) == key


def test_a_passphrase_is_long_and_not_the_password(sqlite: str) -> None:
    user = account("legal")
    user.set_password("the password of the account")
    with pytest.raises(UserError, match="at least 12"):
        signing.make_key(user, "short")
    with pytest.raises(UserError, match="must not be the password"):
        signing.make_key(user, "the password of the account")


def test_a_disabled_account_signs_no_more(sqlite: str) -> None:
    from priam_office.people.actions import disable

    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    disable(user, by="tests")
    with pytest.raises(UserError):
        signing.sign(user, PASSPHRASE, STATEMENT)


def test_only_one_line_of_text_is_signed(sqlite: str) -> None:
    user = account("legal")
    signing.make_key(user, PASSPHRASE)
    for statement in (b"", b"two\nlines", b"\x00", b"\xff"):
        with pytest.raises(UserError):
            signing.sign(user, PASSPHRASE, statement)
