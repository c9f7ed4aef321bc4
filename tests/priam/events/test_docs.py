"""The page on events describes every event type of the library, and no other."""

import re

from priam.events import EVENTS
from tests.conftest import ROOT


def test_every_event_is_described():
    page = (ROOT / "docs/reference/events.md").read_text()
    described = re.findall(r"^`([a-z_]+\.[a-z_]+)`$", page, re.MULTILINE)
    assert len(set(described)) == len(described)
    own = {name for name, cls in EVENTS.items() if cls.__module__.startswith("priam.events.")}
    assert set(described) == own
