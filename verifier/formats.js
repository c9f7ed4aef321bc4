// Bytes, signatures, proofs and notes, written from the specifications alone: RFC 8785, RFC 6962
// and 9162, RFC 8032, FIPS 204, and C2SP's signed-note, tlog-checkpoint, tlog-cosignature and
// tlog-policy. Nothing here comes from Priam's Python code. `vendor` is noble (see vendor.js).

class Fault extends Error {} // a piece of evidence does not hold; the message says why
const fail = (message) => { throw new Fault(message); };
const need = (condition, message) => condition || fail(message);

// --- bytes and hashes

const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) { whole.set(part, place); place += part.length; }
  return whole;
}

function textOf(bytes, what) { // strict UTF-8; a byte order mark stays and is refused later
  try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); }
  catch { return fail(`${what} is not UTF-8 text`); }
}

function unbase64(text) { // the one canonical spelling only
  need(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) && !text.endsWith("\n"),
    "a value is not base64");
  const plain = atob(text);
  need(btoa(plain) === text, "a value is not canonical base64");
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function hash32(text) {
  const bytes = unbase64(text);
  need(bytes.length === 32, "a hash has not 32 bytes");
  return bytes;
}

function bigEndian(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

// Order by code points; JavaScript's own order of strings is by UTF-16 units.
function byCodePoint(a, b) {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = x[i].codePointAt(0) - y[i].codePointAt(0);
    if (difference) return difference;
  }
  return x.length - y.length;
}
const sorted = (values) => [...values].sort(byCodePoint);

// --- RFC 8785

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    need(!LONE.test(value), "half a character has no canonical form");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    need(Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) < 2 ** 53 || Math.abs(value) >= 1e21),
      "a number has no exact form");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

// JSON that is written in the one canonical way: no doubled members, no other spelling.
function strictJson(text, what) {
  let value;
  try {
    value = JSON.parse(text);
    if (canonical(value) === text) return value;
  } catch (error) { if (error instanceof RangeError) fail(`${what} is nested too deeply`); }
  return fail(`${what} is not in RFC 8785 form`);
}

const isText = (value) => typeof value === "string";
const isName = (value) => isText(value) && value !== "";
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
const orNull = (check) => (value) => value === null || check(value);

// Whether `value` is an object with exactly the members of `form`, each of its kind.
const shaped = (form) => (value) => value !== null && typeof value === "object" && !Array.isArray(value)
  && Object.keys(value).length === Object.keys(form).length
  && Object.entries(form).every(([key, check]) => Object.hasOwn(value, key) && check(value[key]));

// --- Merkle trees: verification as in RFC 9162, sections 2.1.3.2 and 2.1.4.2

const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

async function checkInclusion(leaf, index, size, proof, root) {
  need(index >= 0n && index < size, `there is no leaf ${index} in a tree of ${size} leaves`);
  let [place, last, found] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    need(last > 0n, "the inclusion proof is too long");
    if (place % 2n || place === last) {
      found = await nodeHash(sibling, found);
      while (place % 2n === 0n && place) { place >>= 1n; last >>= 1n; }
    } else found = await nodeHash(found, sibling);
    place >>= 1n; last >>= 1n;
  }
  need(last === 0n && same(found, root), `leaf ${index} is not in the tree of ${size} leaves`);
}

async function checkConsistency(first, firstRoot, second, secondRoot, proof) {
  need(first > 0n && first < second, "sizes of no proof of growth");
  const path = (first & (first - 1n)) === 0n ? [firstRoot, ...proof] : [...proof];
  need(path.length > 0, "the proof of growth is empty");
  let [place, last] = [first - 1n, second - 1n];
  while (place % 2n) { place >>= 1n; last >>= 1n; }
  let [before, after] = [path[0], path[0]];
  for (const value of path.slice(1)) {
    need(last > 0n, "the proof of growth is too long");
    if (place % 2n || place === last) {
      before = await nodeHash(value, before);
      after = await nodeHash(value, after);
      while (place % 2n === 0n && place) { place >>= 1n; last >>= 1n; }
    } else after = await nodeHash(after, value);
    place >>= 1n; last >>= 1n;
  }
  need(last === 0n && same(before, firstRoot) && same(after, secondRoot), "the log is not the same");
}

// --- signed notes

function parseNote(text) {
  const bad = /[\x00-\x09\x0b-\x1f]/.exec(text);
  need(!bad, "there is a control character in the note");
  const gap = text.lastIndexOf("\n\n");
  need(gap >= 0, "the note has no empty line before its signatures");
  const tail = text.slice(gap + 2);
  need(tail.endsWith("\n"), "the signature lines do not end with a newline");
  const lines = tail.slice(0, -1).split("\n");
  need(lines.length <= 100, "the note has more than 100 signatures");
  return { text: text.slice(0, gap + 1), lines: lines.map(parseLine) };
}

const NO_NAME = /[\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function parseLine(line) {
  const parts = /^\u2014 ([^ ]*) ([^]*)$/.exec(line);
  need(parts && parts[1] && !NO_NAME.test(parts[1]), "a line below the note is no signature line");
  const bytes = unbase64(parts[2]);
  need(bytes.length >= 5, "a signature is too short");
  return { name: parts[1], key: `${parts[1]} ${hex(bytes.slice(0, 4))}`, value: bytes.slice(4) };
}

// Lines of unknown keys are set aside; a wrong line of a known key spoils the note.
async function openNote(note, keys) {
  const known = new Map(keys.map((key) => [key.id, key]));
  const verified = new Map();
  const unknown = [];
  for (const line of note.lines) {
    const key = known.get(line.key);
    if (!key) unknown.push(line);
    else if (await key.check(note.text, line.value)) verified.set(line.key, verified.get(line.key) ?? line);
    else fail(`the signature of ${line.name} does not hold: the text was changed`);
  }
  need(verified.size, "the note has no signature of a known key");
  return { verified, unknown };
}

// --- keys: vkey = name+id+base64(type || key)

const MLDSA_NOTE = utf8("priam/ml-dsa-44-note/v1");
const LATEST = 2n ** 63n - 1n;

async function parseKey(text) {
  const parts = /^([^+]*)\+([^+]*)\+([^]*)$/.exec(text);
  need(parts && parts[1] && !NO_NAME.test(parts[1]) && !LONE.test(parts[1]), "a verifier key is not name+id+key");
  const [, name, id, encoded] = parts;
  const data = unbase64(encoded);
  need(data.length > 1, "a verifier key is too short");
  const digest = await sha256(utf8(`${name}\n`), data);
  need(id === hex(digest.slice(0, 4)), `the id of the key ${name} does not fit the key`);
  const key = { vkey: text, name, id: `${name} ${id}`, kind: data[0], material: data.slice(1) };
  return { ...key, check: checkerOf(key) };
}

function checkerOf({ name, kind, material }) {
  if (kind === 0x01 || kind === 0x04) need(material.length === 32, `the Ed25519 key ${name} has not 32 bytes`);
  if (kind === 0x01) return (text, value) => ed25519(material, value, utf8(text));
  if (kind === 0x04) return (text, value) => cosignature(material, value, text);
  if (kind === 0x06) {
    need(material.length === 1312, `the ML-DSA-44 key ${name} has not 1,312 bytes`);
    return (text, value) => treeHead(name, material, value, text);
  }
  need(kind === 0xff && same(material.slice(0, MLDSA_NOTE.length), MLDSA_NOTE), `the key ${name} is of an unknown type`);
  const key = material.slice(MLDSA_NOTE.length);
  need(key.length === 1312, `the ML-DSA-44 key ${name} has not 1,312 bytes`);
  return (text, value) => mldsa(key, value, utf8(text), MLDSA_NOTE);
}

// RFC 8032 without the factor 8 and with R compared as bytes, as OpenSSL does: two verifiers that
// treat crooked keys differently could be made to disagree.
async function ed25519(key, signature, message) {
  if (signature.length !== 64) return false;
  const [R, s] = [signature.slice(0, 32), littleEndian(signature.slice(32))];
  const order = vendor.Point.CURVE().n;
  if (s >= order) return false;
  try {
    const A = vendor.Point.fromBytes(key, true);
    const digest = await crypto.subtle.digest("SHA-512", join(R, key, message));
    const k = littleEndian(new Uint8Array(digest)) % order;
    return same(times(vendor.Point.BASE, s).subtract(times(A, k)).toBytes(), R);
  } catch { return false; }
}
const times = (point, scalar) => (scalar === 0n ? vendor.Point.ZERO : point.multiply(scalar, false));
const littleEndian = (bytes) => BigInt(`0x${hex(bytes.slice().reverse())}`);

function mldsa(key, signature, message, context) {
  try { return vendor.ml_dsa44.verify(signature, message, key, context ? { context } : {}); }
  catch { return false; }
}
