"""A manifest, and the protocol of its reception, on paper: captions in three languages.

What is printed is what was signed: the hash on each page names the bytes, and a DataMatrix holds
it. A signature is shown as the fingerprint of its key, after it was verified here; beside it is
room for a pen. Composed with typst, whose fonts travel with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from priam.errors import UserError
from priam.events.handovers import CountStated, ReservationMade
from priam.events.state import Manifest, State
from priam.tlog import notes
from priam.tlog.cosignatures import verifier_of
from priam.tlog.manifests import parse_reception
from priam.tlog.notes import ED25519, Note, VerifierKey
from priam_office.handovers import documents
from priam_office.handovers.trusted import keys_of
from priam_office.record.state import known

__all__ = ["LANGUAGES", "manifest_pdf", "reception_pdf"]

LANGUAGES = ("en", "uk", "ru")
# English, Ukrainian, Russian; the chosen one comes first.
_WORDS: dict[str, tuple[str, str, str]] = {
    "manifest": ("Handover manifest", "Відомість передачі", "Ведомость передачи"),
    "reception": ("Protocol of reception", "Протокол приймання", "Протокол приёмки"),
    "agreement": ("Agreement", "Угода", "Соглашение"),
    "batch": ("Batch", "Партія", "Партия"),
    "number": ("Number in this direction", "Номер у цьому напрямку", "Номер в этом направлении"),
    "giver": ("Giver", "Передає", "Передаёт"),
    "receiver": ("Receiver", "Приймає", "Принимает"),
    "observer": ("Observer", "Спостерігач", "Наблюдатель"),
    "listed": ("Bags on the manifest", "Мішків у відомості", "Мешков в ведомости"),
    "let_go": ("Bags let go", "Передано мішків", "Передано мешков"),
    "refused": ("Bags refused", "Не прийнято мішків", "Не принято мешков"),
    "category": ("Category", "Категорія", "Категория"),
    "place": ("Place", "Місце", "Место"),
    "date": ("Date", "Дата", "Дата"),
    "previous": ("Manifest before", "Попередня відомість", "Предыдущая ведомость"),
    "first": ("none: the first", "немає: перша", "нет: первая"),
    "digest": (
        "SHA-256 of the signed bytes",
        "SHA-256 підписаних байтів",
        "SHA-256 подписанных байтов",
    ),
    "counts": (
        "What each side counted",
        "Що порахувала кожна сторона",
        "Что сосчитала каждая сторона",
    ),
    "party": ("Side", "Сторона", "Сторона"),
    "role": ("Role", "Роль", "Роль"),
    "count": ("Bags", "Мішків", "Мешков"),
    "difference": ("Against the manifest", "Порівняно з відомістю", "По сравнению с ведомостью"),
    "reservations": ("Reservations", "Застереження", "Оговорки"),
    "tag": ("Tag", "Мітка", "Метка"),
    "by": ("Made by", "Хто заявив", "Кто заявил"),
    "kind": ("Kind", "Вид", "Вид"),
    "words": ("In words", "Словами", "Словами"),
    "signatures": ("Signatures", "Підписи", "Подписи"),
    "unsigned": ("not signed", "не підписано", "не подписано"),
    "by_hand": ("name, signature, time", "ім’я, підпис, час", "имя, подпись, время"),
    "revoked": ("key revoked later", "ключ згодом відкликано", "ключ позже отозван"),
    "items": ("Bags", "Мішки", "Мешки"),
    "line": ("No.", "№", "№"),
    "seal": ("Seal", "Пломба", "Пломба"),
    "numbers": ("Numbers, by issuer", "Номери, хто присвоїв", "Номера, кто присвоил"),
    "remarks": ("Remarks", "Примітки", "Примечания"),
    "draft": (
        "Draft: nobody has signed these bytes.",
        "Чернетка: ці байти ніхто не підписав.",
        "Черновик: эти байты никто не подписал.",
    ),
    "unilateral": (
        "One-sided: signed by one party only.",
        "Односторонньо: підписано лише однією стороною.",
        "Одностороннее: подписано только одной стороной.",
    ),
    "played": (
        "Demonstration: made-up bags, no party has signed anything.",
        "Демонстрація: вигадані мішки, жодна сторона нічого не підписувала.",
        "Демонстрация: вымышленные мешки, ни одна сторона ничего не подписывала.",
    ),
    "note": (
        "Counts are bags (handover units), not persons. The signatures were verified when this was "
        "printed; the signed file is what counts, not this paper.",
        "Рахують мішки (одиниці передачі), а не осіб. Підписи перевірено під час друку; значення "
        "має підписаний файл, а не цей папір.",
        "Считают мешки (единицы передачи), а не лиц. Подписи проверены при печати; значение "
        "имеет подписанный файл, а не эта бумага.",
    ),
    "missing": ("missing", "відсутній", "отсутствует"),
    "seal broken": ("seal broken", "пломбу пошкоджено", "пломба нарушена"),
    "damaged": ("damaged", "пошкоджено", "повреждён"),
    "not on manifest": ("not on the manifest", "немає у відомості", "нет в ведомости"),
    "count differs": ("count differs", "кількість різниться", "количество расходится"),
    "other": ("other", "інше", "другое"),
    "is_refused": ("refused", "не прийнято", "не принят"),
    "whole": ("the batch", "партія загалом", "партия в целом"),
    "no_figure": ("no figure", "немає числа", "нет числа"),
}  # fmt: skip
Job = dict[str, Any]


def manifest_pdf(name: str, language: str = "en") -> bytes:
    """The manifest with all its bags, as PDF."""
    state = known().state
    held, say = state.manifest(name), _Captions(language)
    job = _common(state, held, say, "manifest")
    remarks = _remarks(state, held, say)
    job["items"] = [
        _item(number, tag, held, remarks.get(tag, ""))
        for number, tag in enumerate(sorted(held.items), 1)
    ]
    if held.counts:
        job["counts"] = [_count(state, held, say, party) for party in _counting(held)]
    return _typeset(job)


def reception_pdf(name: str, language: str = "en") -> bytes:
    """The protocol of reception: who counted what, and the reservations, as PDF."""
    state = known().state
    held, say = state.manifest(name), _Captions(language)
    if not held.counts and not held.reservations:
        raise UserError(f"nobody has counted manifest {name[:16]} yet; there is nothing to print")
    job = _common(state, held, say, "reception")
    job["counts"] = [_count(state, held, say, party) for party in _counting(held)]
    job["reservations"] = [_reservation(one, say) for one in _noted(state, held)]
    job["signatures"] = _receptions(state, held, say)
    return _typeset(job)


class _Captions:
    """Captions with the chosen language first."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UserError(f"{language!r} is none of the languages {', '.join(LANGUAGES)}")
        self.language = language
        first = LANGUAGES.index(language)
        self._order = [first, *(n for n in range(3) if n != first)]

    def __call__(self, key: str) -> list[str]:
        return list(dict.fromkeys(_WORDS[key][n] for n in self._order))

    def all(self, *keys: str) -> list[list[str]]:
        return [self(key) for key in keys]


def _common(state: State, held: Manifest, say: _Captions, title: str) -> Job:
    document = documents.of_state(state, held.manifest)
    return {
        "language": say.language,
        "title": say(title),
        "warning": _warning(held, say),
        "digest": document.digest,
        "digest_caption": say("digest"),
        "short": f"{held.giver} → {held.receiver} · {held.batch}",
        "code": _data_matrix(document.digest),
        "facts": _facts(state, held, say, document.category),
        "counts": [],
        "reservations": [],
        "items": [],
        "signatures": _signatures(state, held, say),
        "note": say("note"),
        "captions": {
            "counts": say("counts"),
            "count_columns": say.all("party", "role", "count", "difference"),
            "reservations": say("reservations"),
            "reservation_columns": say.all("tag", "by", "kind", "words"),
            "signatures": say("signatures"),
            "unsigned": say("unsigned"),
            "by_hand": say("by_hand"),
            "items": say("items"),
            "item_columns": say.all("line", "tag", "seal", "numbers", "remarks"),
        },
    }


def _warning(held: Manifest, say: _Captions) -> list[str] | None:
    if any(item.category.startswith("demonstration") for item in held.items.values()):
        return say("played")
    if not held.signatures:
        return say("draft")
    return None if held.bilateral else say("unilateral")


def _facts(state: State, held: Manifest, say: _Captions, category: str) -> list[Job]:
    met = state.handovers.get(held.handover) if held.handover else None
    values = {
        "giver": _name(state, held.giver),
        "receiver": _name(state, held.receiver),
        "agreement": held.agreement or "—",
        "batch": held.batch,
        "number": str(held.sequence),
        "category": category,
        "listed": f"{len(held.items):,}",
        "let_go": f"{len(held.handed_over):,}" if held.handed_over else say("no_figure")[0],
        "refused": f"{len(held.refused):,}",
        "place": met.place if met else "—",
        "date": met.date if met else "—",
    }
    facts = [{"caption": say(key), "value": value, "mono": False} for key, value in values.items()]
    before = held.before or say("first")[0]
    return [*facts, {"caption": say("previous"), "value": before[:20], "mono": bool(held.before)}]


def _name(state: State, party: str) -> str:
    name = state.party(party).name
    return party if name == party else f"{party}, {name}"


def _item(number: int, tag: str, held: Manifest, remark: str) -> list[str]:
    item = held.items[tag]
    issued = "; ".join(f"{one.issuer} {one.number}" for one in item.numbers)
    return [str(number), tag, item.seal or "—", issued, remark]


def _remarks(state: State, held: Manifest, say: _Captions) -> dict[str, str]:
    """What stands beside a bag: that it was refused, and the kinds of reservations on it."""
    found = {tag: [say("is_refused")[0]] for tag in held.refused}
    for made in _noted(state, held):
        if made.reservation.tag is not None:
            kind = say(made.reservation.kind)[0]
            found.setdefault(made.reservation.tag, []).append(f"{made.by}: {kind}")
    return {tag: "; ".join(words) for tag, words in found.items()}


def _counting(held: Manifest) -> list[str]:
    sides = [held.giver, held.receiver]
    return [*sides, *sorted(party for party in held.counts if party not in sides)]


def _role(held: Manifest, party: str) -> str:
    return {held.giver: "giver", held.receiver: "receiver"}.get(party, "observer")


def _count(state: State, held: Manifest, say: _Captions, party: str) -> Job:
    event = held.counts.get(party)
    stated = state.entries[event].value if event else None
    if not isinstance(stated, CountStated):
        count, note = say("no_figure")[0], ""
    else:
        count, off = f"{stated.count:,}", stated.count - len(held.items)
        note = f"{off:+,}" if off else "="
    row = {"party": _name(state, party), "role": say(_role(held, party))}
    return {**row, "count": count, "note": note}


def _noted(state: State, held: Manifest) -> list[ReservationMade]:
    events = sorted(held.reservations, key=lambda event: state.event_ids[event])
    values = (state.entries[event].value for event in events)
    return [value for value in values if isinstance(value, ReservationMade)]


def _reservation(made: ReservationMade, say: _Captions) -> Job:
    noted = made.reservation
    return {
        "tag": noted.tag or say("whole")[0],
        "party": made.by,
        "kind": say(noted.kind),
        "text": noted.text,
    }


def _signatures(state: State, held: Manifest, say: _Captions) -> list[Job]:
    note = documents.note_of(state, held.manifest)
    return [_signed(state, held, say, party, note) for party in (held.giver, held.receiver)]


def _receptions(state: State, held: Manifest, say: _Captions) -> list[Job]:
    papers = {}
    for text in documents.kept_receptions(held.manifest):
        document, note = parse_reception(text)
        papers[document.party] = note
    return [
        _signed(state, held, say, party, papers.get(party, Note("", ())))
        for party in _counting(held)
    ]


def _signed(state: State, held: Manifest, say: _Captions, party: str, note: Note) -> Job:
    """The lines of one party under a note, each verified; a line that does not hold is refused."""
    keys = keys_of(party)
    known_keys = {(k.name, k.key_id): k for k in map(VerifierKey.parse, keys.all_vkeys)}
    lines = []
    for line in note.signatures:
        key = known_keys.get((line.name, line.key_id))
        if key is None:
            continue
        notes.verify(Note(note.text, (line,)), [verifier_of(key)])
        lines.append(
            {
                "algorithm": "Ed25519" if key.kind == ED25519 else "ML-DSA-44",
                "key": key.name,
                "fingerprint": _fingerprint(str(key)),
                "state": say("revoked") if str(key) in keys.revoked else None,
            }
        )
    return {"name": _name(state, party), "role": say(_role(held, party)), "lines": lines}


def _fingerprint(vkey: str) -> str:
    digest = hashlib.sha256(vkey.encode()).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, 64, 4))


def _data_matrix(text: str) -> str:
    import zxingcpp

    svg: str = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix).to_svg()
    return svg


def _typeset(job: Mapping[str, Any]) -> bytes:
    import typst

    template = files("priam_office.handovers").joinpath("typeset/paper.typ").read_bytes()
    pdf = typst.compile(template, sys_inputs={"job": json.dumps(job, ensure_ascii=False)})
    assert isinstance(pdf, bytes)
    return pdf
