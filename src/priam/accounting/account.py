"""The account of an exchange: a pure function of the claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from priam.accounting.claims_file import Claim, ClaimsFile
from priam.accounting.findings import Finding, find
from priam.accounting.obligations import ObligationStatus, obligation_statuses
from priam.accounting.standing import Status, compatible, statuses
from priam.events.values import Subject

__all__ = ["Account", "Figure", "account_of"]


@dataclass(frozen=True)
class Figure:
    """One measure of one subject, with every value that was given for it.

    ``agree`` says whether one number could satisfy all claims that stand.
    """

    measure: str
    subject: Subject
    claims: tuple[Claim, ...]
    statuses: tuple[Status, ...]

    @property
    def standing(self) -> tuple[Claim, ...]:
        """Claims neither corrected nor withdrawn."""
        pairs = zip(self.claims, self.statuses, strict=True)
        return tuple(claim for claim, status in pairs if status == "standing")

    @property
    def agree(self) -> bool:
        """Whether the standing values allow one number (or are the same words)."""
        counts = [claim for claim in self.standing if isinstance(claim.value, int)]
        words = {claim.value for claim in self.standing if isinstance(claim.value, str)}
        return compatible(counts) and len(words) + bool(counts) <= 1

    def to_json(self) -> dict[str, Any]:
        """The shape of the account."""
        return {
            "measure": self.measure,
            "subject": self.subject.to_json(),
            "values": [
                {
                    "claim": claim.id,
                    "claimant": claim.claimant,
                    "party": claim.party,
                    "value": claim.value,
                    "qualifier": claim.qualifier,
                    "claimed_on": claim.claimed_on,
                    "source": claim.source,
                    "status": status,
                }
                for claim, status in zip(self.claims, self.statuses, strict=True)
            ],
            "agree": self.agree,
        }


@dataclass(frozen=True)
class Account:
    """Everything that can be said by arithmetic over a set of claims."""

    file: ClaimsFile
    obligations: tuple[ObligationStatus, ...]
    figures: tuple[Figure, ...]
    statements: tuple[Figure, ...]
    discrepancies: tuple[Finding, ...]
    agreements_found: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """JSON of ``priam account --format json`` (see ``docs/reference/claims-file.md``)."""
        return {
            "parties": dict(self.file.parties),
            "obligations": [status.to_json() for status in self.obligations],
            "figures": [figure.to_json() for figure in self.figures],
            "statements": [figure.to_json() for figure in self.statements],
            "discrepancies": [finding.to_json() for finding in self.discrepancies],
            "agreements_found": [finding.to_json() for finding in self.agreements_found],
        }


def account_of(file: ClaimsFile) -> Account:
    """Compute the account of a claims file."""
    status = statuses(file.claims)
    standing = [claim for claim in file.claims if status[claim.id] == "standing"]
    figures: list[Figure] = []
    statements: list[Figure] = []
    for figure in _figures(file.claims, status):
        (statements if _is_words(figure) else figures).append(figure)
    discrepancies, agreeing = find(standing, file.parties)
    return Account(
        file=file,
        obligations=obligation_statuses(file.agreements, standing),
        figures=tuple(figures),
        statements=tuple(statements),
        discrepancies=tuple(discrepancies),
        agreements_found=tuple(agreeing),
    )


def _figures(claims: Iterable[Claim], status: dict[str, Status]) -> Iterable[Figure]:
    groups: dict[tuple[str, Subject], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.measure, claim.subject].append(claim)
    for (measure, subject), members in groups.items():
        yield Figure(measure, subject, tuple(members), tuple(status[c.id] for c in members))


def _is_words(figure: Figure) -> bool:
    """Words are statements; counts, shares and dates are figures."""
    return all(
        isinstance(claim.value, str) and not claim.value[:1].isdigit() for claim in figure.claims
    )
