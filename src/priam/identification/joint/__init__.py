"""Joint identification: exact probabilities over all sets of claims."""

from priam.identification.joint.assignment import best_assignment
from priam.identification.joint.model import Claim, JointModel
from priam.identification.joint.pruning import Pruned, prune
from priam.identification.joint.ranking import assignments_in_order, best_assignments
from priam.identification.joint.sampling import Sampled, sample
from priam.identification.joint.solve import ComponentReport, JointResult, solve
from priam.identification.joint.transfer import TooWideError, claim_probabilities, log_total

__all__ = [
    "Claim",
    "ComponentReport",
    "JointModel",
    "JointResult",
    "Pruned",
    "Sampled",
    "TooWideError",
    "assignments_in_order",
    "best_assignment",
    "best_assignments",
    "claim_probabilities",
    "log_total",
    "prune",
    "sample",
    "solve",
]
