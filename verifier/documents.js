// The bundle, its events, and the manifests and receptions in it.

const FORMAT = (name) => (value) => value === name;
const PARTY = { name: isText, log: isText, vkeys: listOf(isText) };
const BUNDLE = {
  format: FORMAT("priam-bundle/v1"),
  subject: isText,
  created: isText,
  policy: isText,
  parties: listOf(shaped(PARTY)),
  checkpoints: listOf(isText),
  growth: listOf(shaped({ log: isText, start: isCount, end: isCount, hashes: listOf(isText) })),
  events: listOf(shaped({
    log: isText, leaf: isText, size: isCount, hashes: listOf(isText), salt: orNull(isText), payload: orNull(isText),
  })),
  manifests: listOf(isText),
  receptions: listOf(isText),
  split_views: listOf(isText),
};

// Leaf hashes prove nothing: they are for a log that lost events.
const WITH_LEAVES = { ...BUNDLE, leaves: listOf(shaped({ log: isText, start: isCount, hashes: isText })) };

// A note over one line of canonical JSON and a newline.
function lineOf(text, what) {
  need(text.endsWith("\n"), `${what} does not end with a newline`);
  return strictJson(text.slice(0, -1), what);
}

function readBundle(bytes) {
  need(bytes.length <= 16 * 2 ** 20, "the bundle has more than 16 MiB");
  const note = parseNote(textOf(bytes, "the bundle"));
  const bundle = lineOf(note.text, "the bundle");
  need(shaped(BUNDLE)(bundle) || (shaped(WITH_LEAVES)(bundle) && bundle.leaves.length), "this is no priam-bundle/v1: a member is missing, of a wrong kind, or too many");
  for (const run of bundle.leaves ?? []) need(unbase64(run.hashes).length % 32 === 0, "leaf hashes have 32 bytes each");
  for (const item of [...bundle.growth, ...bundle.events]) item.hashes = item.hashes.map(hash32);
  for (const event of bundle.events) event.salt = event.salt === null ? null : unbase64(event.salt);
  return { bundle, note };
}

function readParties(text) {
  let parties;
  try { parties = JSON.parse(text); } catch { fail("the parties are not JSON"); }
  const form = (party) => party !== null && typeof party === "object"
    && Object.entries(PARTY).every(([key, check]) => check(party[key]));
  need(listOf(form)(parties), "the parties are no JSON list of name, log and vkeys");
  return parties;
}

// --- leaves of a log

const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?Z$/;
const matches = (pattern) => (value) => isText(value) && !value.includes("\n") && pattern.test(value);
const isHash = matches(/^[0-9a-f]{64}$/);
const LEAF = {
  version: (value) => value === 1,
  type: isName,
  event_id: matches(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  sequence: isCount,
  actor: isName,
  claimed_time: matches(TIME),
  received_time: matches(TIME),
  commitment: isHash,
};

function readLeaf(text) {
  const leaf = strictJson(text, "a leaf");
  need(shaped(LEAF)(leaf), "a leaf has other members than it should, or one of a wrong form");
  return leaf;
}

// The disclosed content, if it opens the commitment; an empty object where none is disclosed.
async function openPayload(event, leaf) {
  if (event.payload === null) return {};
  need(event.salt !== null, "a content is disclosed without its salt");
  need(event.salt.length === 32, "a salt has not 32 bytes");
  need(hex(await sha256(event.salt, utf8(event.payload))) === leaf.commitment,
    "the disclosed content does not open the commitment");
  const payload = strictJson(event.payload, "the disclosed content");
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(payload)) return {};
  const body = Object.hasOwn(payload, "body") ? payload.body : undefined;
  return isObject(body) ? body : payload; // a store commits to {"version", "body"}
}

// --- manifests and receptions

const MANIFEST = {
  format: FORMAT("priam-manifest/v1"),
  agreement: isName,
  batch: isName,
  sequence: isCount,
  previous: orNull(isHash),
  giver: isName,
  receiver: isName,
  category: isName,
  items: listOf(shaped({ tag: isName, seal: orNull(isName) })),
  count: isCount,
};
const RECEPTION = {
  format: FORMAT("priam-reception/v1"),
  manifest: isHash,
  party: isName,
  role: (value) => ["giver", "receiver", "observer"].includes(value),
  received: isCount,
  reservations: listOf(shaped({ tag: isName, received: (v) => typeof v === "boolean", reason: isName })),
};

async function readDocument(text, form, what) {
  const note = parseNote(text);
  const document = lineOf(note.text, `the ${what}`);
  need(shaped(form)(document), `the ${what} has other members than it should, or one of a wrong kind`);
  const tags = (document.items ?? document.reservations).map((item) => item.tag);
  need(new Set(tags).size === tags.length, `the ${what} names one tag twice`);
  need(form !== MANIFEST || document.giver !== document.receiver, "nobody can hand over to oneself");
  return { document, note, digest: hex(await sha256(utf8(note.text))) };
}
