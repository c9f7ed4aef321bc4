"""Closed cases: a few victims, a few families, every number exact."""

from priam.identification.dvi.cases import DviCase, DviFamily, Victim, case_from_record
from priam.identification.dvi.files import read_cases, read_pairwise
from priam.identification.dvi.joint import JointAnswer, solve_case
from priam.identification.dvi.likelihoods import FamilyLikelihood, pairwise_lr
from priam.identification.dvi.undisputed import excluded, mismatch_count, undisputed

__all__ = [
    "DviCase",
    "DviFamily",
    "FamilyLikelihood",
    "JointAnswer",
    "Victim",
    "case_from_record",
    "excluded",
    "mismatch_count",
    "pairwise_lr",
    "read_cases",
    "read_pairwise",
    "solve_case",
    "undisputed",
]
