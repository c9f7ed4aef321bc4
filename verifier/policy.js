// Checkpoints, the signatures of witnesses on them, and the trust policy of the reader.

function parseCheckpoint(text) {
  const lines = text.slice(0, -1).split("\n");
  need(text.endsWith("\n") && lines.length >= 3, "a checkpoint has at least 3 lines");
  need(lines.every((line) => line !== ""), "a checkpoint has an empty line");
  need(/^(?:0|[1-9][0-9]{0,18})$/.test(lines[1]) && BigInt(lines[1]) <= LATEST, "the size of a checkpoint is no number");
  return { origin: lines[0], size: BigInt(lines[1]), root: hash32(lines[2]) };
}

function isCheckpoint(text) {
  try { return Boolean(parseCheckpoint(text)); } catch { return false; }
}

const timeOf = (value) => new DataView(value.buffer, value.byteOffset).getBigUint64(0);

// Type 0x04: time, then Ed25519 over a header with the time and the whole note text.
function cosignature(key, value, text) {
  if (value.length !== 72 || timeOf(value) > LATEST || !isCheckpoint(text)) return false;
  return ed25519(key, value.slice(8), utf8(`cosignature/v1\ntime ${timeOf(value)}\n${text}`));
}

// Type 0x06: time, then ML-DSA-44 over the tree head in binary form.
function treeHead(name, key, value, text) {
  if (value.length < 8 || timeOf(value) > LATEST || !isCheckpoint(text)) return false;
  const point = parseCheckpoint(text);
  const names = [utf8(name), utf8(point.origin)];
  if (names.some((each) => each.length > 255)) return false;
  const message = join(utf8("subtree/v1\n\0"), Uint8Array.of(names[0].length), names[0],
    bigEndian(timeOf(value)), Uint8Array.of(names[1].length), names[1],
    bigEndian(0n), bigEndian(point.size), point.root);
  return mldsa(key, value.slice(8), message);
}

// --- tlog-policy

async function parsePolicy(text) {
  need(!/[\x00-\x08\x0b-\x1f\x7f]/.test(text), "the policy has a control character");
  const lines = text.split("\n");
  need(lines.length <= 10000, "the policy has more than 10,000 lines");
  const policy = { logs: [], witnesses: [], groups: [], quorum: null };
  const [known, used] = [new Set(), new Set()];
  for (const [number, line] of lines.entries()) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (!words.length || words[0].startsWith("#")) continue;
    try { await policyLine(policy, known, used, words); }
    catch (error) {
      if (!(error instanceof Fault)) throw error;
      fail(`policy, line ${number + 1}: ${error.message}`);
    }
  }
  need(policy.quorum !== null, "the policy has no quorum line");
  for (const keys of [policy.logs, policy.witnesses.map((w) => w.key)])
    need(new Set(keys.map((key) => hex(key.material))).size === keys.length, "the policy names one key twice");
  return policy;
}

async function policyLine(policy, known, used, [kind, ...rest]) {
  if (kind === "log" && (rest.length === 1 || rest.length === 2)) {
    policy.logs.push(await policyKey(rest[0], [0x01, 0x06]));
  } else if (kind === "witness" && (rest.length === 2 || rest.length === 3)) {
    define(known, rest[0]);
    policy.witnesses.push({ name: rest[0], key: await policyKey(rest[1], [0x04, 0x06]) });
  } else if (kind === "group" && rest.length >= 3) {
    const [name, word, ...members] = rest;
    const enough = word === "all" ? members.length : word === "any" ? 1 : /^[1-9][0-9]{0,4}$/.test(word) ? Number(word) : 0;
    need(enough >= 1 && enough <= members.length, `the group ${name} asks for ${word} of ${members.length}`);
    for (const member of members) {
      need(known.has(member), `the group member ${member} is not defined before`);
      need(!used.has(member), `${member} is a group member twice`);
      used.add(member);
    }
    define(known, name);
    policy.groups.push({ name, enough, members });
  } else if (kind === "quorum" && rest.length === 1) {
    need(policy.quorum === null, "a second quorum line");
    need(rest[0] === "none" || known.has(rest[0]), `the quorum ${rest[0]} is not defined before its line`);
    policy.quorum = rest[0];
  } else fail("this is no log, witness, group or quorum line");
}

async function policyKey(text, kinds) {
  const key = await parseKey(text);
  need(kinds.includes(key.kind), `the key ${key.name} is of a type that has no place here`);
  return key;
}

function define(known, name) {
  need(name !== "none" && !known.has(name), `the name ${name} cannot be used or is defined twice`);
  known.add(name);
}

function quorumMet(policy, cosigned) {
  if (policy.quorum === "none") return true;
  const met = new Set(policy.witnesses.map((w) => w.name).filter((name) => cosigned.has(name)));
  for (const group of policy.groups)
    if (group.members.filter((member) => met.has(member)).length >= group.enough) met.add(group.name);
  return met.has(policy.quorum);
}

// What the policy says of one checkpoint: signed by its log or not, cosigned by whom and when.
async function judgeCheckpoint(policy, text) {
  const note = parseNote(text);
  need(new Set(note.lines.map((line) => line.key)).size === note.lines.length,
    "the checkpoint has two signatures of one key");
  const point = parseCheckpoint(note.text);
  const keys = [...policy.logs, ...policy.witnesses.map((w) => w.key)];
  const ids = new Set(keys.map((key) => key.id));
  const verified = note.lines.some((line) => ids.has(line.key)) ? (await openNote(note, keys)).verified : new Map();
  everyKind(point.origin, policy.logs, verified);
  const signed = policy.logs.filter((key) => key.name === point.origin && verified.has(key.id));
  const cosigned = new Map();
  for (const { name, key } of policy.witnesses)
    if (verified.has(key.id)) cosigned.set(name, timeOf(verified.get(key.id).value));
  return { text, point, signed, cosigned, quorum: quorumMet(policy, cosigned) };
}

// A log with keys of two kinds signs with both; of several keys of one kind one is enough.
function everyKind(origin, logs, verified) {
  const own = logs.filter((key) => key.name === origin);
  const used = new Set(own.filter((key) => verified.has(key.id)).map((key) => key.kind));
  need(!used.size || own.every((key) => used.has(key.kind)), `a signature line of ${origin} on its checkpoint was removed`);
}

// A key of a log counts up to the checkpoint that ends with the event that replaced it, no further.
// `replaced`: the key as it is published -> the place of that event.
function notReplaced(point, signed, replaced) {
  const counts = (key) => !replaced.has(key.vkey) || point.size <= BigInt(replaced.get(key.vkey)) + 1n;
  const kinds = new Set(signed.filter(counts).map((key) => key.kind));
  need(signed.every((key) => kinds.has(key.kind)), `signed with a key of ${point.origin} that was replaced in its log`);
}

function timeText(seconds) {
  if (seconds > 253402300799n) return `${seconds} seconds after 1970`;
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
}

// --- a proof that a log signed two histories

const SPLIT_PLACE = { index: Number.isSafeInteger, leaf: isText, proof: listOf(isText) };
const SPLIT = { format: (v) => v === "priam-split-view/v1", first: isText, second: isText };

function parseSplit(text) {
  const view = strictJson(text, "a proof of two histories");
  const places = (value) => listOf(shaped(SPLIT_PLACE))(value) && value.length === 2;
  need(shaped(SPLIT)(view) || shaped({ ...SPLIT, places })(view), "a proof of two histories has other members");
  for (const place of view.places ?? []) [place.leaf, ...place.proof].forEach(hash32);
  return view;
}

// The origin of the log that lied; fails where nothing is proved.
async function judgeSplit(view, logs, replacedIn) {
  const sides = [];
  for (const text of [view.first, view.second]) {
    const note = parseNote(text);
    need(new Set(note.lines.map((line) => line.key)).size === note.lines.length, "two signatures of one key");
    const { verified } = await openNote(note, logs);
    const point = parseCheckpoint(note.text);
    everyKind(point.origin, logs, verified);
    notReplaced(point, logs.filter((key) => key.name === point.origin && verified.has(key.id)), replacedIn(point.origin));
    sides.push({ ...point, names: [...verified.values()].map((line) => line.name) });
  }
  const [one, two] = sides;
  need(one.origin === two.origin, "the two checkpoints are of two logs");
  need(sides.every((side) => side.names.includes(one.origin)), "not both are signed by the log they name");
  if (!view.places) {
    need(one.size === two.size && !same(one.root, two.root), "they do not state different roots for one size");
    return one.origin;
  }
  for (const [i, place] of view.places.entries())
    await checkInclusion(hash32(place.leaf), BigInt(place.index), sides[i].size, place.proof.map(hash32), sides[i].root);
  const [left, right] = view.places;
  need(left.index === right.index && left.leaf !== right.leaf, "the leaves do not differ at one place");
  return one.origin;
}
