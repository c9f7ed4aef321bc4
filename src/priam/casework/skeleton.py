"""The skeleton as a list: what can lie in a bag, by region, and whether it has a side.

Labels are English texts; the office translates them. Bones are grouped as an inventory sheet
groups them, so that a person at the table works from head to foot.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BONES", "COMPLETENESS", "REGIONS", "SIDES", "Bone"]

#: Region -> label, from head to foot.
REGIONS: dict[str, str] = {
    "head": "Head",
    "trunk": "Trunk",
    "arm": "Shoulder and arm",
    "hand": "Hand",
    "leg": "Pelvis and leg",
    "foot": "Foot",
    "other": "Other",
}

SIDES: dict[str, str] = {
    "left": "left",
    "right": "right",
    "middle": "no side",
    "unknown": "side not known",
}

COMPLETENESS: dict[str, str] = {
    "complete": "complete",
    "most": "more than half",
    "part": "less than half",
    "fragment": "fragment",
}


@dataclass(frozen=True, slots=True)
class Bone:
    """One element. ``paired``: it has a left and a right one; ``single``: a person has one."""

    bone: str
    label: str
    region: str
    paired: bool = False
    single: bool = True


_ROWS: tuple[tuple[str, str, str, bool, bool], ...] = (
    ("skull", "Skull", "head", False, True),
    ("mandible", "Lower jaw", "head", False, True),
    ("tooth", "Tooth", "head", False, False),
    ("hyoid", "Hyoid bone", "head", False, True),
    ("cervical", "Cervical vertebra", "trunk", False, False),
    ("thoracic", "Thoracic vertebra", "trunk", False, False),
    ("lumbar", "Lumbar vertebra", "trunk", False, False),
    ("sacrum", "Sacrum", "trunk", False, True),
    ("sternum", "Breastbone", "trunk", False, True),
    ("rib", "Rib", "trunk", True, False),
    ("clavicle", "Collarbone", "arm", True, True),
    ("scapula", "Shoulder blade", "arm", True, True),
    ("humerus", "Upper arm bone (humerus)", "arm", True, True),
    ("radius", "Radius", "arm", True, True),
    ("ulna", "Ulna", "arm", True, True),
    ("hand", "Hand", "hand", True, True),
    ("hand bone", "Bone of the hand", "hand", True, False),
    ("hip", "Hip bone", "leg", True, True),
    ("femur", "Thigh bone (femur)", "leg", True, True),
    ("patella", "Kneecap", "leg", True, True),
    ("tibia", "Shin bone (tibia)", "leg", True, True),
    ("fibula", "Calf bone (fibula)", "leg", True, True),
    ("foot", "Foot", "foot", True, True),
    ("foot bone", "Bone of the foot", "foot", True, False),
    ("body", "Whole body", "other", False, True),
    ("torso", "Torso", "other", False, True),
    ("soft tissue", "Soft tissue", "other", False, False),
    ("hair", "Hair", "other", False, False),
    ("unidentified bone", "Bone, not determined", "other", False, False),
)

BONES: dict[str, Bone] = {row[0]: Bone(*row) for row in _ROWS}
