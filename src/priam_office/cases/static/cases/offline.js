// The page that works without the network: bags, records, elements, samples, places. Everything
// becomes a signed entry in the outbox; the list below shows what is safe in the office.

import * as outbox from "./outbox.js";
import { selfSaving } from "./section.js";

const words = document.getElementById("offline").dataset;
const byId = (id) => document.getElementById(id);

// -- tags -----------------------------------------------------------------------------------

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
const KEYS = "ЙЦУКЕНГШЩЗФІЫВАПРОЛДЯЧСМИТЬ";
const TYPED = "QWERTYUIOPASSDFGHJKLZXCVBNM";

/** ISO 7064 MOD 37-2 over letters and digits, as the office issues them. */
function fits(letters) {
  let check = 0;
  for (const letter of letters.slice(0, -1)) check = ((check + ALPHABET.indexOf(letter)) * 2) % 37;
  return (38 - check) % 37 === ALPHABET.indexOf(letters.at(-1));
}

/** The tag in its one form; empty for what is no tag. */
export function tagOf(text) {
  let plain = text.toUpperCase().replace(/[\s\-‐‑‒–—―_·]/g, "");
  const typed = [...plain].map((c) => (KEYS.includes(c) ? TYPED[KEYS.indexOf(c)] : c)).join("");
  if (!plain.startsWith("PRM") && typed.startsWith("PRM")) plain = typed;
  if (!/^PRM[0-9A-Z]{9}$/.test(plain)) return "";
  const body = plain.slice(3).replace(/O/g, "0").replace(/[IL]/g, "1");
  return fits(`PRM${body}`) ? `PRM-${body}` : "";
}

// -- forms that become one entry ------------------------------------------------------------

function complain(field, text) {
  field.setCustomValidity(text);
  field.reportValidity();
  field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
}

/** Tags typed or scanned into a field: one a line. Null and a complaint where one is wrong. */
function tagsIn(field) {
  const lines = field.value.split(/[\n,;]+/).filter((line) => line.trim());
  const tags = lines.map(tagOf);
  if (tags.includes("")) return complain(field, words.badTag), null;
  if (new Set(tags).size < tags.length) return complain(field, words.twice), null;
  return tags;
}

/** The one tag of a field, which must be there. */
function tagIn(field) {
  const tags = tagsIn(field);
  if (tags && tags.length !== 1) return complain(field, words.badTag), null;
  return tags?.[0] ?? null;
}

/** What a tag is on as far as this tablet knows: from the office, or entered here. */
async function kindOf(tag) {
  const pocket = (await outbox.odd("pocket")) ?? {};
  if (pocket[tag]) return pocket[tag];
  const made = (await outbox.entries()).map((entry) => entry.body);
  if (made.some((body) => body.cases?.includes(tag) || body.into?.includes(tag))) return "case";
  return made.some((body) => body.bag === tag) ? "bag" : undefined;
}

async function known(field, kind) {
  const tag = tagIn(field);
  if (!tag) return null;
  const here = await kindOf(tag);
  if (here && here !== kind) return complain(field, kind === "bag" ? words.noBag : words.noCase), null;
  return tag;
}

/** Tags of a field, or as many fresh ones; null and a complaint if this tablet has none left. */
async function givenOr(field, count) {
  const given = tagsIn(field);
  if (!given || given.length || !count) return given;
  const tags = [];
  while (tags.length < count) {
    const tag = await outbox.takeTag();
    if (!tag) return complain(field, words.noTags), null;
    tags.push(tag);
  }
  return tags;
}

/** Finding and labels of a bag that is opened, or opened and found to hold more. */
async function found(form, least) {
  const finding = form.elements.finding.value;
  if (!finding) return complain(form.querySelector("[name=finding]"), words.choose), null;
  const chosen = form.querySelector(`option[value="${finding}"], [name=finding][value="${finding}"]`);
  const atLeast = Number(chosen.dataset.least);
  const wanted = least ? Math.max(atLeast, Number(form.elements.count.value) || atLeast) : 0;
  const cases = await givenOr(form.elements.cases, wanted && atLeast ? wanted : 0);
  if (!cases) return null;
  const wrong = (least && cases.length < atLeast) || (!atLeast && cases.length) || (finding === "one" && cases.length > 1);
  if (wrong) return complain(form.elements.cases, words.wrongCount), null;
  return { finding, cases };
}

const SIGNS = ["ffd8ff", "89504e47", "52494646", "49492a00", "4d4d002a"]; // JPEG, PNG, WebP, TIFF

async function isPhotograph(file) {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const found = [...head].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return SIGNS.some((sign) => found.startsWith(sign));
}

const said = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const megabytes = (bytes) => (bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1, minimumFractionDigits: 1 });

// Each gives what it kept, as bodies of entries; null where something was wrong and was said.
const makers = {
  async open(form) {
    const bag = await known(form.elements.bag, "bag");
    const holds = bag && (await found(form, true));
    if (!holds) return null;
    const place = form.elements.place.value.trim() && tagIn(form.elements.place);
    if (place === null) return null;
    const party = byId("o-unknown").hidden ? "" : form.elements.party.value;
    return keep("open", { bag, ...holds, party, place, note: form.elements.note.value });
  },
  async reexamine(form) {
    const bag = await known(form.elements.bag, "bag");
    const holds = bag && (await found(form, false));
    return holds && keep("reexamine", { bag, ...holds, reason: form.elements.reason.value });
  },
  async split(form) {
    const tag = await known(form.elements.case, "case");
    const elements = tag && tagsIn(form.elements.elements);
    const into = elements && (await givenOr(form.elements.into, 1));
    return into && keep("split", { case: tag, into, elements, reason: form.elements.reason.value });
  },
  async link(form) {
    const tag = await known(form.elements.case, "case");
    const other = tag && (await known(form.elements.other, "case"));
    return other && keep("link", { case: tag, other, reason: form.elements.reason.value });
  },
  async sample(form) {
    const tag = await known(form.elements.case, "case");
    if (!tag) return null;
    const { kind, note, element: from } = form.elements;
    const element = from.value.trim() ? tagIn(from) : "";
    const [sample] = (element !== null && (await givenOr(form.elements.sample, 1))) || [];
    return sample ? keep("sample", { case: tag, sample, kind: kind.value, element, note: note.value }) : null;
  },
  async send(form) {
    const samples = tagsIn(form.elements.samples);
    if (samples?.length === 0) complain(form.elements.samples, words.badTag);
    if (!samples?.length) return null;
    const { to, note } = form.elements;
    return keepEach("send", samples.map((sample) => ({ sample, to: to.value, note: note.value })));
  },
  async element(form) {
    const tag = await known(form.elements.case, "case");
    if (!tag) return null;
    const { bone, side, completeness, note } = form.elements;
    const paired = bone.selectedOptions[0].dataset.paired === "1";
    if (paired && side.value === "middle") return complain(side, words.leftOrRight), null;
    const [element] = (await givenOr(form.elements.element, 1)) ?? [];
    if (!element) return null;
    const parts = { bone: bone.value, side: side.value, completeness: completeness.value };
    return keep("element", { case: tag, element, ...parts, note: note.value });
  },
  async effects(form) {
    const of = tagIn(form.elements.of);
    if (!of) return null;
    const items = itemsIn(form);
    const [packet] = (items && (await givenOr(form.elements.packet, 1))) || [];
    if (!packet) return null;
    const kept = await keep("effects", { of, packet, seal: form.elements.seal.value, items });
    oneItem(form);
    return kept;
  },
  async reseal(form) {
    const packet = tagIn(form.elements.packet);
    const items = packet && itemsIn(form);
    if (!items) return null;
    const { seal, reason } = form.elements;
    const kept = await keep("reseal", { packet, seal: seal.value, reason: reason.value, items });
    oneItem(form);
    return kept;
  },
  async close(form) {
    const tag = await known(form.elements.case, "case");
    const { outcome, reason } = form.elements;
    return tag && keep("close", { case: tag, outcome: outcome.value, reason: reason.value });
  },
  async reopen(form) {
    const tag = await known(form.elements.case, "case");
    return tag && keep("reopen", { case: tag, reason: form.elements.reason.value });
  },
  async photograph(form) {
    const tag = await known(form.elements.case, "case");
    if (!tag) return null;
    const { file, note } = form.elements;
    const files = [...file.files];
    for (const one of files) {
      if (one.size > Number(words.largest)) {
        const sizes = { size: megabytes(one.size), most: megabytes(words.largest) };
        return complain(file, said(words.tooLarge, sizes)), null;
      }
      if (!(await isPhotograph(one))) return complain(file, words.noPhotograph), null;
    }
    const kept = [];
    for (const one of files) {
      try {
        await outbox.addPhotograph(tag, note.value, one, Number(words.piece));
      } catch (error) {
        if (error.code !== "full") throw error;
        const counts = { kept: kept.length, all: files.length, size: megabytes(one.size) };
        throw new Error(said(words.noRoom, counts));
      }
      kept.push({ case: tag });
    }
    return kept;
  },
  async store(form) {
    const things = tagsIn(form.elements.things);
    if (things?.length === 0) complain(form.elements.things, words.badTag);
    if (!things?.length) return null;
    const place = form.elements.place.value.trim() ? tagIn(form.elements.place) : "";
    if (place === null) return null;
    return keepEach("store", things.map((thing) => ({ thing, place })));
  },
};

async function keep(act, body) {
  await outbox.add(act, body);
  return [body];
}

async function keepEach(act, bodies) {
  for (const body of bodies) await outbox.add(act, body);
  return bodies;
}

function itemsIn(form) {
  const items = [];
  for (const row of form.querySelectorAll(".item")) {
    const [count, what, marks] = row.querySelectorAll("input");
    if (!what.value.trim() && !marks.value.trim()) continue;
    if (!what.value.trim()) return complain(what, words.whatItIs), null;
    items.push({ count: Number(count.value) || 1, what: what.value.trim(), marks: marks.value.trim() });
  }
  if (!items.length) return complain(form.querySelector(".item [data-what]"), words.oneItem), null;
  return items;
}

for (const form of document.querySelectorAll("form[data-act]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    try {
      const kept = await makers[form.dataset.act](form);
      if (!kept) return;
      form.reset();
      announce(kept);
      atHand(kept[0].cases?.[0] ?? kept[0].into?.[0] ?? kept[0].case);
      nextField(form).focus();
      outbox.syncSoon();
    } catch (error) {
      trouble(words[error.code] ?? String(error.message ?? error));
    } finally {
      button.disabled = false;
    }
  });
}

/** Labels that were taken from the stock must be written on what they are for. */
function announce(kept) {
  const labels = kept.flatMap((b) => [b.cases, b.into, b.packet, b.sample && !b.to && b.sample, b.element].flat());
  const written = [...new Set(labels.filter(Boolean))];
  byId("given").textContent = written.length ? `${words.label} ${written.join(", ")}` : words.keptHere;
  byId("trouble").hidden = true;
}

function trouble(text) {
  byId("trouble").firstElementChild.textContent = text;
  byId("trouble").hidden = false;
}

/** The case that one works on stands in every form, until another is scanned over it. */
function atHand(tag) {
  if (!tag) return;
  for (const field of document.querySelectorAll("[name=case], [name=of]")) field.value = tag;
}

const nextField = (form) =>
  [...form.querySelectorAll("input.tag, textarea.tag, select, input, textarea")].find(
    (field) => !["radio", "hidden"].includes(field.type) && (field.tagName === "SELECT" || !field.value),
  ) ?? form.querySelector("button");

// What stands in a field for one tag is replaced by the next scan, not added to.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input.tag")) event.target.select();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("input.tag[name=case]")) atHand(tagOf(event.target.value));
});

// A scanner ends a tag with Enter: in a list that is the next line, elsewhere the next field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (event.target.matches(".item input")) {
    event.preventDefault();
    const fields = [...event.target.form.querySelectorAll(".item input")];
    (fields[fields.indexOf(event.target) + 1] ?? moreItems(event.target.form)).focus();
  } else if (event.target.matches("form[data-act] input.tag")) {
    const fields = [...event.target.form.querySelectorAll("input:not([type=radio]), textarea, select")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next && event.target.value) {
      event.preventDefault();
      next.focus();
    }
  }
});

/** The list of effects of a form begins again with one line. */
function oneItem(form) {
  [...form.querySelectorAll(".item")].slice(1).forEach((row) => row.remove());
}

/** One more line in the list of effects of a form; gives its first field. */
function moreItems(form) {
  const row = form.querySelector(".item").cloneNode(true);
  row.querySelectorAll("input").forEach((input) => (input.value = input.defaultValue));
  form.querySelector(".items").append(row);
  return row.querySelector("[data-what]");
}
for (const button of document.querySelectorAll("[data-more-items]")) {
  button.addEventListener("click", () => moreItems(button.form).focus());
}

// A bag that neither the office nor this tablet knows is registered when it is opened.
byId("o-bag").addEventListener("change", async () => {
  const tag = tagOf(byId("o-bag").value);
  const parties = (await outbox.odd("parties")) ?? [];
  byId("o-unknown").hidden = !tag || !parties.length || (await kindOf(tag)) !== undefined;
  byId("o-party").replaceChildren(...parties.map(([code, name]) => new Option(name, code)));
});
document.querySelector("[data-act=open]").addEventListener("reset", () => (byId("o-unknown").hidden = true));

// -- the record -----------------------------------------------------------------------------

const recordCase = byId("record-case");
const recordSection = byId("record-section");
const place = byId("record-fields");
const recordState = byId("record-state");

let shown = 0;
let showing = "";

async function showSection() {
  const tag = tagOf(recordCase.value);
  const wanted = `${tag}/${recordSection.value}`;
  if (wanted === showing) return; // what somebody is typing in stays as it is
  showing = wanted;
  const turn = ++shown;
  place.replaceChildren();
  recordState.textContent = "";
  delete recordState.dataset.state;
  if (!tag) return;
  const section = recordSection.value;
  const form = document.createElement("form");
  form.className = "form wide";
  form.append(byId(`section-${section}`).content.cloneNode(true));
  const last = (await outbox.entries())
    .filter((e) => e.act === "section" && e.body.case === tag && e.body.section === section)
    .filter((e) => e.state !== "held" && e.state !== "refused")
    .at(-1);
  const say = (state, details = {}) => {
    recordState.dataset.state = state;
    recordState.textContent = { typing: words.typing, kept: words.keptHere, waiting: words.keptHere,
      written: words.safe, beside: words.beside, restored: words.restored, signin: words.signin,
      held: `${words.held} ${details.words ?? ""}`, refused: `${words.held} ${details.words ?? ""}`,
      failed: words[details.code] ?? details.words }[state] ?? "";
  };
  const self = selfSaving(form, { section, say, caseTag: () => tag, base: last?.id ?? "" });
  await self.restore();
  if (turn === shown) place.replaceChildren(form); // nobody types where nothing listens yet
}
recordCase.addEventListener("change", showSection);
recordCase.form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!tagOf(recordCase.value)) complain(recordCase, words.badTag);
  else showSection();
});
recordSection.addEventListener("change", showSection);

// -- tabs and the list ------------------------------------------------------------------------

function showTab() {
  const asked = location.hash.slice(1);
  const wanted = document.querySelector(`[data-panel="${CSS.escape(asked)}"]`) ? asked : "open";
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== wanted;
  for (const link of document.querySelectorAll(".tabs a")) {
    if (link.hash === `#${wanted}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
addEventListener("hashchange", showTab);

// Shown in place of a page that could not be reached: go on where one was, or with what was scanned.
const asked = location.pathname.match(/\/(bags|cases)\/([^/]+)\/(?:record\/(\d00)\/)?$/);
const scanned = tagOf(new URLSearchParams(location.search).get("tag") ?? "");
const here = scanned || tagOf(asked?.[2] ?? "");
if (here) {
  const kind = scanned && outbox.able() ? await kindOf(scanned) : asked?.[1].slice(0, -1);
  if (kind === "case") atHand(here);
  else byId("o-bag").value = here;
  if (kind === "case") location.hash = asked?.[3] || scanned ? "record" : location.hash;
  if (asked?.[3]) recordSection.value = asked[3];
  if (location.hash === "#record") showSection();
  if (scanned && !kind) trouble(words.unknownTag);
}
showTab();

const CHIP = { waiting: "wait", written: "ok", beside: "wait", held: "stop", refused: "stop" };

const heads = [...byId("entries").closest("table").querySelectorAll("thead th")];

function cell(row, text, className) {
  const made = row.insertCell();
  made.setAttribute("role", "cell");
  made.dataset.label = heads[made.cellIndex].textContent;
  const inside = document.createElement("span");
  inside.textContent = text;
  if (className) inside.className = className;
  made.append(inside);
}

/** How far a photograph is, in per cent of its pieces; empty for what is no photograph. */
function sentOf(entry) {
  if (entry.state !== "waiting" || !entry.left) return "";
  const all = entry.body.pieces.length;
  return said(words.sent, { percent: Math.floor((100 * (all - entry.left)) / all) });
}

const tagsOf = (body) =>
  [body.bag, body.case, body.of, body.other, body.section, body.cases, body.into, body.sample,
    body.element, body.elements, body.packet, body.thing, body.place, body.to].flat().filter(Boolean).join(" · ");

async function showEntries() {
  const list = (await outbox.entries()).reverse();
  const waiting = list.filter((e) => e.state === "waiting");
  byId("waiting").textContent = waiting.length;
  const photographs = waiting.filter((e) => e.act === "photograph");
  const size = megabytes(photographs.reduce((sum, e) => sum + e.body.size, 0));
  byId("photographs").textContent = photographs.length ? said(words.photographs, { count: photographs.length, size }) : "";
  const shown = byId("only-waiting").checked ? list.filter((e) => !["written", "beside"].includes(e.state)) : list;
  const body = byId("entries");
  body.replaceChildren();
  for (const entry of shown.slice(0, 60)) {
    const row = body.insertRow();
    row.setAttribute("role", "row");
    cell(row, new Date(entry.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }));
    cell(row, words[`act${entry.act[0].toUpperCase()}${entry.act.slice(1)}`] ?? entry.act);
    cell(row, tagsOf(entry.body), "tag");
    cell(row, words[`is${entry.state[0].toUpperCase()}${entry.state.slice(1)}`], `chip ${CHIP[entry.state]}`);
    const size = entry.act === "photograph" ? said(words.megabytes, { size: megabytes(entry.body.size) }) : "";
    cell(row, [size, entry.body.note, sentOf(entry), words[entry.words] ?? entry.words].filter(Boolean).join(" · "));
  }
  byId("none").hidden = list.length > 0;
  body.closest(".sheet").hidden = !shown.length;
  byId("stock").textContent = (await outbox.all("tags")).length;
  byId("who").textContent = (await outbox.odd("account")) ? await outbox.odd("name") : words.nobody;
}
byId("only-waiting").addEventListener("change", showEntries);

outbox.listen((news) => {
  if (news.state) {
    byId("state").textContent = { offline: words.offline, signin: words.signin, sent: words.online, nothing: words.online }[news.state];
    byId("state").className = `chip ${{ offline: "wait", signin: "stop" }[news.state] ?? "ok"}`;
  }
  showEntries();
});
byId("send").addEventListener("click", async () => {
  outbox.syncSoon((await outbox.sync({ pocket: true })) === "sent" ? 0 : 15000);
});

if (!outbox.able()) {
  byId("unable").hidden = false;
} else {
  const tags = await outbox.all("tags");
  await showEntries();
  await outbox.sync({ pocket: tags.length < 40 });
  outbox.keepSending();
}
