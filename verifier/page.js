// The page: files in, verdict out. All text is set as text, never as markup.

const GROUPS = [
  ["contradiction", "Contradictions", "Two signed statements that cannot both hold."],
  ["invalid", "Invalid", "Evidence that does not verify and counts for nothing."],
  ["proved", "Proved", "By whom it was stated, and by when at the latest; not that it is true."],
  ["claimed", "Claimed", "By those named; nobody else has to believe it."],
];
const BY = { contradiction: "Statements of", invalid: "From", proved: "Stated by", claimed: "Claimed by" };
const SLOTS = ["bundle", "policy", "parties"];
const files = {};
let turn = 0; // the newest check wins, should an older one end later

window.verdict = null;

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

async function take(slot, file) {
  files[slot] = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  const box = document.getElementById(`slot-${slot}`);
  box.classList.add("given");
  box.querySelector("p").textContent = file.name;
}

async function check() {
  const mine = ++turn;
  window.verdict = null;
  if (!files.bundle) return;
  const inputs = SLOTS.map((slot) => files[slot]?.bytes);
  let verdict;
  try { verdict = await verifyEvidence(...inputs); } catch (error) {
    const reason = error instanceof Fault ? error.message : `this page could not finish (${error.message})`;
    verdict = { refused: reason, file: error.file ?? "the bundle" };
  }
  const digest = hex(await sha256(files.bundle.bytes));
  if (mine !== turn) return;
  show(verdict, digest);
  window.verdict = verdict;
}

function show(verdict, digest) {
  const place = document.getElementById("verdict");
  place.hidden = false;
  const parts = verdict.refused ? refusal(verdict) : report(verdict);
  const mark = element("p", "digest", `SHA-256 of the bundle ${digest}`);
  const print = element("button", "", "Print this page");
  print.addEventListener("click", () => window.print());
  place.replaceChildren(...parts, mark, print);
}

function refusal({ refused, file }) {
  const text = file === "the bundle"
    ? "The bundle is refused: it was changed after it was exported, is not signed by a party you know, or is no bundle."
    : `${file[0].toUpperCase()}${file.slice(1)} cannot be read, so nothing was checked.`;
  return [element("h2", "", "No verdict"), element("p", "outcome bad", text), element("p", "", `What was found: ${refused}.`)];
}

function report({ subject, exported_by: by, ok, statements }) {
  const own = statements.some(({ about }) => about === "trust");
  const [tone, text] = !ok ? ["bad", "Not everything holds: see below."]
    : own ? ["open", "Nothing clashes, but with keys that came from the bundle itself."]
      : ["good", "Nothing clashes and everything verifies."];
  const of = (status) => statements.filter((s) => s.status === status);
  const tally = element("ul", "tally", ...GROUPS.map(([status, title]) =>
    element("li", "", `${title}: `, element("b", "", String(of(status).length)))));
  return [
    element("h2", "", subject),
    element("p", "exported", `Exported and signed by ${by.join(", ")}`),
    element("p", `outcome ${tone}`, text),
    tally,
    ...GROUPS.filter(([status]) => of(status).length).map((group) => section(group, of(group[0]))),
  ];
}

// Within a group what was handed over comes first, and what carries it last; else as found.
const RANK = ["trust", "log", "reception", "manifest", "event", "growth", "checkpoint"];
const rank = ({ about }) => RANK.indexOf(about.split(" ")[0]);

// Tags and times are kept on one line.
function prose(text) {
  const words = text.split(/( )/).map((word) => (/^\S{1,24}$/.test(word) && /[-:]/.test(word) ? element("span", "word", word) : word));
  return element("div", "", ...words);
}

function section([status, title, why], statements) {
  const lines = [...statements].sort((a, b) => rank(a) - rank(b)).map(({ about, text, by }) => element("li", "",
    element("div", "about", about), prose(text),
    ...(by.length ? [element("div", "by", `${BY[status]} ${by.join(", ")}`)] : [])));
  return element("section", `group ${status}`, element("h3", "", `${title} (${lines.length})`),
    element("p", "why", why), element("ul", "statements", ...lines));
}

// A dropped file is known by how it begins; the bundle is a note over a JSON object.
async function slotOf(file) {
  const start = await file.slice(0, 4096).text();
  if (start.trimStart().startsWith("[")) return "parties";
  return /^(?:#|log[ \t]|witness[ \t]|group[ \t]|quorum[ \t])/m.test(start) && !start.startsWith("{") ? "policy" : "bundle";
}

for (const slot of SLOTS)
  document.getElementById(slot).addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    window.verdict = null;
    await take(slot, file);
    await check();
  });

addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
addEventListener("drop", async (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  for (const file of event.dataTransfer.files) await take(await slotOf(file), file);
  await check();
});

if (!globalThis.crypto?.subtle) document.getElementById("hint").textContent =
  "This browser gives the page no SHA-256 here (WebCrypto). Open the file from your disk or over HTTPS, in a current browser.";
