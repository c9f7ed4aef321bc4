// The outbox of a tablet: entries are signed, kept in IndexedDB, and sent until they are
// acknowledged. Nothing is forgotten before the office has said that it is safe there.
//
// An entry is a text signed with a key that cannot leave the browser; its id becomes the id of
// the event, so that sending it twice writes it once. A photograph is an entry that names the
// SHA-256 of its pieces; the pieces lie beside it, encrypted, and are sent one by one.

const NAME = "priam-outbox";
const BATCH = 25;
const KEPT_DONE = 200;

let opening;

/** What a page explains in its language: `full` (no room: nothing was kept, and nothing else was
 * lost) or `unsigned` (nobody has signed in on this tablet). */
export class Trouble extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const STORES = {
  devices: "account",
  entries: "id",
  pieces: ["entry", "at"],
  drafts: "key",
  tags: "tag",
  odds: "name",
};

/** Devices by account, entries by id, pieces of photographs, drafts by section, tags, the rest. */
function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 2);
    request.onupgradeneeded = () => {
      const db = request.result;
      for (const [name, keyPath] of Object.entries(STORES)) {
        if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, { keyPath });
      }
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // a newer page is waiting
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Do something in one transaction; it is on the disk when the promise resolves, or not at all. */
export async function transact(stores, act, mode = "readwrite") {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, mode, { durability: "strict" });
    const failed = (error) => reject(error?.name === "QuotaExceededError" ? new Trouble("full") : (error ?? new Error("aborted")));
    transaction.onabort = () => failed(transaction.error);
    let result;
    transaction.oncomplete = () => resolve(result && "result" in result ? result.result : undefined);
    try {
      result = act(...[stores].flat().map((name) => transaction.objectStore(name)));
    } catch (error) {
      failed(error);
      transaction.abort();
    }
  });
}

export const put = (store, value) => transact(store, (s) => s.put(value));
export const remove = (store, key) => transact(store, (s) => s.delete(key));
export const get = (store, key) => transact(store, (s) => s.get(key), "readonly");
export const all = (store) => transact(store, (s) => s.getAll(), "readonly");
export const odd = async (name) => (await get("odds", name))?.value;
export const setOdd = (name, value) => put("odds", { name, value });

// -- ids and keys ---------------------------------------------------------------------------

/** A UUIDv7 (RFC 9562): milliseconds, then random bits. */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 255;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

async function newKey() {
  try {
    const key = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return ["Ed25519", key];
  } catch {
    const parameters = { name: "ECDSA", namedCurve: "P-256" };
    return ["ECDSA-P256", await crypto.subtle.generateKey(parameters, false, ["sign", "verify"])];
  }
}

/** The device of an account on this tablet, with a key of its own; made once. */
export function device(account) {
  return navigator.locks.request("priam-device", async () => {
    const known = await get("devices", account);
    if (known) return known;
    const [algorithm, pair] = await newKey();
    const id = uuid7();
    const platform = navigator.userAgentData?.platform || navigator.platform || "tablet";
    const made = {
      account,
      device: id,
      algorithm,
      key: pair.privateKey,
      public: base64(await crypto.subtle.exportKey("spki", pair.publicKey)),
      name: `${platform} ${id.slice(-4)}`,
      number: 0,
      registered: false,
    };
    await put("devices", made);
    return made;
  });
}

const signing = (algorithm) =>
  algorithm === "Ed25519" ? { name: "Ed25519" } : { name: "ECDSA", hash: "SHA-256" };

/** Whether this browser can sign here: only over HTTPS or on this very machine. */
export const able = () => Boolean(globalThis.crypto?.subtle && navigator.locks && globalThis.indexedDB);

// -- adding ---------------------------------------------------------------------------------

/**
 * Sign an entry and keep it. Resolves when it is on the disk of the tablet; gives its id.
 * `forget` is the key of a draft that goes with it, `parts` are pieces that belong to it: entry,
 * number, draft and pieces change in one transaction.
 */
export async function add(act, body, { forget = "", parts = [] } = {}) {
  const account = await odd("account");
  if (!account) throw new Trouble("unsigned");
  await device(account);
  return navigator.locks.request("priam-number", async () => {
    const own = await get("devices", account);
    const id = uuid7();
    const number = own.number + 1;
    const at = new Date().toISOString();
    const text = JSON.stringify({ v: 1, id, device: own.device, number, at, act, body });
    const bytes = new TextEncoder().encode(text);
    const signature = base64(await crypto.subtle.sign(signing(own.algorithm), own.key, bytes));
    const entry = { id, account, number, at, act, body, text, signature, state: "waiting", words: "" };
    if (parts.length) entry.left = parts.length;
    const stores = ["devices", "entries", "drafts", "pieces"];
    await transact(stores, (devices, entries, drafts, pieces) => {
      devices.put({ ...own, number });
      entries.put(entry);
      if (forget) drafts.delete(forget);
      parts.forEach((part, at) => pieces.put({ entry: id, at, ...part }));
    });
    changed();
    return id;
  });
}

// -- photographs ------------------------------------------------------------------------------

const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

/** The key of an account's photographs on this tablet; like the one that signs, it cannot leave. */
async function cover(account) {
  await device(account);
  return navigator.locks.request("priam-number", async () => {
    const own = await get("devices", account);
    if (own.cover) return own.cover;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await put("devices", { ...own, cover: made });
    return made;
  });
}

/** Keep a photograph of a case: announced by a signed entry, its pieces encrypted beside it. */
export async function addPhotograph(tag, note, file, size) {
  const account = await odd("account");
  if (!account) throw new Trouble("unsigned");
  const key = await cover(account);
  const bytes = await file.arrayBuffer();
  const digests = [];
  const parts = [];
  for (let from = 0; from < bytes.byteLength; from += size) {
    const piece = bytes.slice(from, from + size);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    digests.push(await sha256(piece));
    parts.push({ iv, box: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, piece) });
  }
  const told = { size: bytes.byteLength, sha256: await sha256(bytes), pieces: digests };
  return add("photograph", { case: tag, note, ...told }, { parts });
}

/** A piece as it was: it opens only with the key of the account that kept it. */
async function piece(entry, at) {
  const { iv, box } = await get("pieces", [entry.id, at]);
  const { cover: key } = await get("devices", entry.account);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, box);
}

const piecesOf = (entry) => IDBKeyRange.bound([entry, 0], [entry, Infinity]);

/** Entries in the order in which they were made. */
export async function entries() {
  return (await all("entries")).sort((a, b) => (a.id < b.id ? -1 : 1));
}

// -- sending --------------------------------------------------------------------------------

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("priam-outbox") : null;
const listeners = new Set();

/** Call `listener(news)` whenever the outbox changes, in this page or another. */
export function listen(listener) {
  listeners.add(listener);
}
function changed(news = {}) {
  for (const listener of listeners) listener(news);
  channel?.postMessage(news);
}
if (channel) channel.onmessage = (event) => listeners.forEach((listener) => listener(event.data));

const address = document.querySelector('meta[name="priam-sync"]')?.content;
const pieces = document.querySelector('meta[name="priam-pieces"]')?.content;

async function answer(url, options) {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options });
  if (response.redirected || response.status === 403) return { signin: true };
  if (!response.ok && response.status !== 409) throw new Error(`the office answered ${response.status}`);
  return response.json();
}

async function post(csrf, content) {
  return answer(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(content),
  });
}

/** Ask the office who is signed in; takes labels and the list of known tags along. */
async function greet(pocket) {
  const hello = await answer(`${address}${pocket ? "?pocket=1" : ""}`);
  if (hello.signin) {
    await setOdd("account", null);
    return null;
  }
  await setOdd("account", hello.account);
  await setOdd("name", hello.name);
  if (hello.tags) {
    const stock = (await all("tags")).length; // as many as a day needs, not more with each asking
    const fresh = hello.tags.slice(0, Math.max(0, hello.tags.length - stock));
    await transact("tags", (tags) => fresh.forEach((tag) => tags.put({ tag })));
    await setOdd("pocket", hello.pocket);
    await setOdd("parties", hello.parties);
  }
  return hello;
}

async function register(hello) {
  const own = await device(hello.account);
  if (own.registered && hello.devices.includes(own.device)) return;
  const { device: id, algorithm, public: key, name } = own;
  const told = await post(hello.csrf, { register: { device: id, algorithm, key, name } });
  if (told.registered) {
    await navigator.locks.request("priam-number", async () => {
      await put("devices", { ...(await get("devices", hello.account)), registered: true });
    });
  }
}

/** Note the answers. What the office has is forgotten here, but for a line that says so. */
async function note(sent, results) {
  const news = {};
  await transact(["entries", "pieces"], (store, pieces) => {
    sent.forEach((entry, at) => {
      const result = results[at];
      if (!result || (result.entry && result.entry !== entry.id)) return;
      const { outcome, words, details } = result;
      news[entry.id] = { outcome, words, details };
      if (outcome === "wanting") {
        store.put({ ...entry, left: details.missing.length });
      } else {
        store.put({ ...entry, state: outcome, words, signature: outcome === "refused" ? entry.signature : "" });
        if (outcome !== "refused") pieces.delete(piecesOf(entry.id));
      }
    });
  });
  changed(news);
  return news;
}

/** Forget the oldest of what is safe in the office; what is not safe there stays for good. */
async function tidy() {
  const safe = (await entries()).filter((e) => e.state === "written" || e.state === "beside");
  const old = safe.slice(0, Math.max(0, safe.length - KEPT_DONE));
  if (old.length) await transact("entries", (store) => old.forEach((e) => store.delete(e.id)));
}

let again;

/**
 * Send what waits. One page of the browser sends at a time.
 * Gives "sent", "offline", "signin" or "nothing"; results go to the listeners.
 */
export function sync({ pocket = false } = {}) {
  return navigator.locks.request("priam-sync", async () => {
    try {
      const hello = await greet(pocket);
      if (!hello) return told("signin");
      await register(hello);
      const sent = await sendAll(hello.csrf);
      await tidy();
      await setOdd("last-sync", new Date().toISOString());
      return told(sent ? "sent" : "nothing");
    } catch (error) {
      return told("offline", String(error));
    }
  });
}

/** Everything but photographs, and then one piece of a photograph: small things never wait long. */
async function sendAll(csrf) {
  let sent = 0;
  for (;;) {
    const all = (await entries()).filter((e) => e.state === "waiting");
    const waiting = all.filter((e) => e.act !== "photograph").slice(0, BATCH);
    if (!waiting.length) {
      const photograph = pieces && all.find((e) => e.act === "photograph");
      return sent + (photograph ? await sendPiece(csrf, photograph) : 0);
    }
    const content = waiting.map(({ text, signature }) => ({ text, signature }));
    const { results, signin } = await post(csrf, { entries: content });
    if (signin || !results) throw new Error("nobody is signed in");
    const news = await note(waiting, results);
    if (!Object.keys(news).length) throw new Error("the office did not answer for these entries");
    sent += waiting.length;
  }
}

/** Ask which pieces the office lacks, and send the first of them; 0 if that brought nothing on. */
async function sendPiece(csrf, entry) {
  const { id, text, signature } = entry;
  const asked = await post(csrf, { entries: [{ text, signature }] });
  if (asked.signin || !asked.results) throw new Error("nobody is signed in");
  const news = await note([entry], asked.results);
  if (news[id]?.outcome !== "wanting") return news[id] ? 1 : 0;
  const [at] = news[id].details.missing;
  const bytes = await piece(entry, at).catch(() => null);
  if (!bytes) return damaged(entry);
  const body = new FormData();
  for (const [name, value] of Object.entries({ text, signature, at })) body.set(name, value);
  body.set("piece", new Blob([bytes]));
  const options = { method: "POST", headers: { "X-CSRFToken": csrf }, body };
  const { results, signin } = await answer(pieces, options);
  if (signin || !results) throw new Error("nobody is signed in");
  const after = await note([entry], results);
  return after[id] && !after[id].details?.missing?.includes(at) ? 1 : 0;
}

/** A piece does not open any more: others must not wait behind it, and a person must see it. */
async function damaged(entry) {
  await put("entries", { ...entry, state: "refused", words: "damaged" });
  changed();
  return 1;
}

function told(state, error = "") {
  changed({ state, error });
  return state;
}

/** Send soon, and again for as long as something waits. */
export function syncSoon(delay = 0) {
  clearTimeout(again);
  again = setTimeout(async () => {
    const state = await sync();
    const waits = (await entries()).some((e) => e.state === "waiting");
    if (waits) syncSoon(state === "sent" ? 0 : 15000);
  }, delay);
}

/** Keep trying: when the network comes back, and when the page is shown again. */
export function keepSending() {
  addEventListener("online", () => syncSoon());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") syncSoon();
  });
  navigator.storage?.persist?.();
  syncSoon();
}

/** Take a fresh tag from those that the tablet took along; undefined if none is left. */
export async function takeTag() {
  const [first] = await all("tags");
  if (first) await remove("tags", first.tag);
  return first?.tag;
}
