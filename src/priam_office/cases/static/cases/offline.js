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

async function known(field, kind) {
  const [tag] = tagsIn(field) ?? [];
  if (!tag) return complain(field, words.badTag), null;
  const pocket = (await outbox.odd("pocket")) ?? {};
  const made = await outbox.entries();
  const here = pocket[tag] ?? (made.some((e) => e.body.cases?.includes(tag)) ? "case" : undefined);
  if (here && here !== kind) return complain(field, kind === "bag" ? words.noBag : words.noCase), null;
  return tag;
}

async function fresh(count) {
  const tags = [];
  while (tags.length < count) {
    const tag = await outbox.takeTag();
    if (!tag) return null;
    tags.push(tag);
  }
  return tags;
}

const makers = {
  async open(form) {
    const bag = await known(form.elements.bag, "bag");
    if (!bag) return null;
    const finding = form.elements.finding.value;
    if (!finding) return complain(form.elements.finding[0], words.choose), null;
    const least = Number(form.querySelector(`[name=finding][value="${finding}"]`).dataset.least);
    const single = finding === "one";
    let cases = tagsIn(form.elements.cases);
    if (!cases) return null;
    if (!cases.length && least) cases = await fresh(Math.max(least, Number(form.elements.count.value) || least));
    if (!cases) return complain(form.elements.cases, words.noTags), null;
    const wrong = cases.length < least || (single && cases.length > 1) || (!least && cases.length > 0);
    if (wrong) return complain(form.elements.cases, words.wrongCount), null;
    return { bag, finding, cases, note: form.elements.note.value };
  },
  async sample(form) {
    const tag = await known(form.elements.case, "case");
    if (!tag) return null;
    const given = tagsIn(form.elements.sample);
    const [sample] = given?.length ? given : (given && (await fresh(1))) ?? [];
    if (!sample) return given && complain(form.elements.sample, words.noTags), null;
    return { case: tag, sample, kind: form.elements.kind.value, note: form.elements.note.value };
  },
  async element(form) {
    const tag = await known(form.elements.case, "case");
    if (!tag) return null;
    const { bone, side, completeness, note } = form.elements;
    const paired = bone.selectedOptions[0].dataset.paired === "1";
    if (paired && side.value === "middle") return complain(side, words.leftOrRight), null;
    const [element] = (await fresh(1)) ?? [];
    if (!element) return complain(bone, words.noTags), null;
    const parts = { bone: bone.value, side: side.value, completeness: completeness.value };
    return { case: tag, element, ...parts, note: note.value };
  },
  async store(form) {
    const things = tagsIn(form.elements.thing);
    const places = tagsIn(form.elements.place);
    if (!things?.length) return things && complain(form.elements.thing, words.badTag), null;
    if (!places?.length) return places && complain(form.elements.place, words.badTag), null;
    return { thing: things[0], place: places[0] };
  },
};

for (const form of document.querySelectorAll("form[data-act]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { act } = form.dataset;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const body = await makers[act](form);
      if (!body) return;
      await outbox.add(act, body);
      form.reset();
      const first = form.querySelector("input:not([type=radio]), textarea");
      announce(body);
      first?.focus();
      outbox.syncSoon();
    } catch (error) {
      byId("state").textContent = String(error.message ?? error);
    } finally {
      button.disabled = false;
    }
  });
}

/** Labels that were taken from the stock must be written on what they are for. */
function announce(body) {
  const labels = [body.cases, body.sample, body.element].flat().filter(Boolean);
  byId("given").textContent = labels.length ? `${words.label} ${labels.join(", ")}` : words.keptHere;
}

// A scanner ends a tag with Enter: in a list that is the next line, elsewhere the next field.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("form[data-act] input.tag")) return;
  const fields = [...event.target.form.querySelectorAll("input.tag, textarea, select")];
  const next = fields[fields.indexOf(event.target) + 1];
  if (next && event.target.value) {
    event.preventDefault();
    next.focus();
  }
});

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
      failed: details.words }[state] ?? "";
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
  const wanted = location.hash.slice(1) || "open";
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== wanted;
  for (const link of document.querySelectorAll(".tabs a")) {
    if (link.hash === `#${wanted}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
addEventListener("hashchange", showTab);

// Shown in place of a page that could not be reached: go on where one was.
const asked = location.pathname.match(/\/(bags|cases)\/([^/]+)\/(?:record\/(\d00)\/)?$/);
if (asked && tagOf(asked[2])) {
  const tag = tagOf(asked[2]);
  if (asked[1] === "bags") document.querySelector("[data-act=open] [name=bag]").value = tag;
  for (const field of document.querySelectorAll("[name=case]")) {
    if (asked[1] === "cases") field.value = tag;
  }
  if (asked[3]) {
    recordSection.value = asked[3];
    location.hash = "record";
    showSection();
  }
}
showTab();

const CHIP = { waiting: "wait", written: "ok", beside: "wait", held: "stop", refused: "stop" };

function cell(row, text, className) {
  const made = row.insertCell();
  const inside = document.createElement("span");
  inside.textContent = text;
  if (className) inside.className = className;
  made.append(inside);
}

async function showEntries() {
  const list = (await outbox.entries()).reverse();
  const waiting = list.filter((e) => e.state === "waiting").length;
  byId("waiting").textContent = waiting;
  const body = byId("entries");
  body.replaceChildren();
  for (const entry of list.slice(0, 60)) {
    const row = body.insertRow();
    cell(row, new Date(entry.at).toLocaleTimeString(document.documentElement.lang));
    cell(row, words[`act${entry.act[0].toUpperCase()}${entry.act.slice(1)}`] ?? entry.act);
    cell(row, [entry.body.bag, entry.body.case, entry.body.section, entry.body.cases?.join(" "),
      entry.body.sample, entry.body.element, entry.body.thing, entry.body.place].filter(Boolean).join(" · "), "tag");
    cell(row, words[`is${entry.state[0].toUpperCase()}${entry.state.slice(1)}`], `chip ${CHIP[entry.state]}`);
    cell(row, entry.words);
  }
  byId("none").hidden = list.length > 0;
  byId("stock").textContent = (await outbox.all("tags")).length;
  byId("who").textContent = (await outbox.odd("account")) ? await outbox.odd("name") : words.nobody;
}

outbox.listen((news) => {
  if (news.state) {
    byId("state").textContent = { offline: words.offline, signin: words.signin, sent: words.online, nothing: words.online }[news.state];
    byId("state").className = `chip ${{ offline: "wait", signin: "stop" }[news.state] ?? "ok"}`;
  }
  showEntries();
});
byId("send").addEventListener("click", () => outbox.sync({ pocket: true }));

if (!outbox.able()) {
  byId("unable").hidden = false;
} else {
  const tags = await outbox.all("tags");
  await showEntries();
  await outbox.sync({ pocket: tags.length < 40 });
  outbox.keepSending();
}
