"""A mortuary in the middle of a day, for screenshots and journeys: everything synthetic.

python -m tests.office.mortuary_day     (with PRIAM_DATA) fills an installation; prints JSON.
"""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")


def fill() -> dict[str, Any]:
    """Bags that wait, cases at every stage, one case with everything; returns their tags."""
    from priam import events as ev
    from priam_office.cases.actions import save_section, split_case, write
    from priam_office.cases.photographs import add_photograph
    from priam_office.record.write import Entry, record_all
    from tests.office import mortuary
    from tests.office.signing_in import account

    user = account("mortuary", "examiner", username=f"day-{ev.new_event_id()[-6:]}")
    user.name = "M. Example"
    user.save()
    now = datetime.now(UTC)

    def at(hours: float) -> str:
        return (now - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    waiting = mortuary.tags(9)
    mortuary.bags(*waiting)
    places = mortuary.tags(4)
    names = ["Hall 1", "Refrigerator 2", "Shelf 3", "Sample freezer"]
    kinds = ["room", "refrigerator", "shelf", "refrigerator"]
    for k, tag in enumerate(places):
        within = places[k - 1] if 0 < k < 3 else None
        write(ev.PlaceDeclared(tag, names[k], kinds[k], within), by=user)
    bags = mortuary.tags(6)
    mortuary.bags(*bags)
    cases = mortuary.tags(9)
    entries = [
        Entry(ev.BagOpened(bags[0], "one", (cases[0],)), None, at(700)),
        Entry(ev.BagOpened(bags[1], "several", tuple(cases[1:4])), None, at(240)),
        Entry(ev.BagOpened(bags[2], "commingled", (cases[4],), "mixed with soil"), None, at(90)),
        Entry(ev.BagOpened(bags[3], "one", (cases[5],)), None, at(50)),
        Entry(ev.BagOpened(bags[4], "effects only"), None, at(30)),
        Entry(ev.BagOpened(bags[5], "several", (cases[6], cases[7])), None, at(4)),
        *(Entry(ev.Stored(case, places[2])) for case in cases[:6]),
    ]
    record_all(entries, by=user.actor)
    main = cases[0]
    elements = mortuary.tags(8)
    for tag, (bone, side, completeness) in zip(
        elements,
        [
            ("skull", "middle", "most"),
            ("mandible", "middle", "complete"),
            ("femur", "left", "complete"),
            ("femur", "right", "part"),
            ("tibia", "left", "complete"),
            ("humerus", "right", "complete"),
            ("hip", "left", "complete"),
            ("rib", "left", "fragment"),
        ],
    ):
        write(ev.ElementRecorded(tag, main, bone, side, completeness), by=user)
    samples = mortuary.tags(4)
    write(ev.SampleTaken(samples[0], main, "bone", elements[2], "mid-shaft"), by=user)
    write(ev.SampleTaken(samples[1], main, "tooth"), by=user)
    write(ev.SampleTaken(samples[2], cases[4], "bone"), by=user)
    write(ev.SampleSent(samples[0], "DNA laboratory"), by=user)
    write(ev.Stored(samples[1], places[3]), by=user)
    save_section(
        main,
        "400",
        {
            "sex": "male",
            "age": {"from": 25, "to": 35},
            "stature": {"from": 172, "to": 180},
            "tattoos": "Left forearm: an anchor, blue, 4 cm",
            "build": "medium",
        },
        "",
        by=user,
    )
    save_section(
        main, "100", {"found_on": "2025-06-02", "found_at": "north of the river"}, "", by=user
    )
    save_section(
        main,
        "600",
        {"teeth": {"11": "filled", "36": "missing before", "46": "crown", "26": "root canal"}},
        "",
        by=user,
    )
    save_section(cases[5], "400", {"sex": "male"}, "", by=user)
    save_section(cases[5], "400", {"sex": "female", "build": "slight"}, "", by=user)
    save_section(cases[4], "200", {"persons": "2"}, "", by=user)
    split_case(cases[4], [cases[8]], {}, "two left femora", by=user)
    items = (
        ev.EffectsItem(1, "Wristwatch, metal strap", "engraved 1987"),
        ev.EffectsItem(2, "Keys on a ring"),
        ev.EffectsItem(1, "Prayer book"),
    )
    packet = mortuary.tags(1)[0]
    write(ev.EffectsSealed(packet, "A 004417", items, case=main), by=user)
    write(ev.CaseLinked(main, cases[4], "coat of the same cloth and size"), by=user)
    for shade, note in (((150, 120, 90), "left femur, front"), ((90, 110, 130), "tattoo")):
        add_photograph(main, picture(shade), note, by=user)
    return {
        "main": main,
        "bag": bags[0],
        "waiting": waiting,
        "several": bags[1],
        "conflict": cases[5],
        "sample": samples[0],
        "packet": packet,
        "place": places[2],
        "element": elements[2],
        "effects_only": bags[4],
        "cases": cases,
    }


def picture(shade: tuple[int, int, int]) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (900, 600), shade)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((150, 260, 750, 330), 35, fill=(230, 220, 200))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def main() -> None:
    import django

    django.setup()
    sys.stdout.write(json.dumps(fill()) + "\n")


if __name__ == "__main__":
    main()
