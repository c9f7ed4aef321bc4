// The outbox of a tablet: entries are signed, kept in IndexedDB, and sent until they are
// acknowledged. Nothing is forgotten before the office has said that it is safe there.
//
// An entry is a text signed with a key that cannot leave the browser; its id becomes the id of
// the event, so that sending it twice writes it once.

const NAME = "priam-outbox";
const BATCH = 25;
const KEPT_DONE = 200;

let opening;

/** The database: devices by account, entries by id, drafts by section, tags, and odds and ends. */
function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("devices", { keyPath: "account" });
      db.createObjectStore("entries", { keyPath: "id" });
      db.createObjectStore("drafts", { keyPath: "key" });
      db.createObjectStore("tags", { keyPath: "tag" });
      db.createObjectStore("odds", { keyPath: "name" });
    };
    request.onsuccess = () => resolve(request.result);
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

/** Do something in one transaction; it is on the disk when the promise resolves. */
export async function transact(stores, act, mode = "readwrite") {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, mode, { durability: "strict" });
    const result = act(...[stores].flat().map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(result && "result" in result ? result.result : undefined);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
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

/** Sign an entry and keep it. Resolves when it is on the disk of the tablet; gives its id. */
export async function add(act, body, also = () => {}) {
  const account = await odd("account");
  if (!account) throw new Error("nobody has signed in on this tablet");
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
    await transact(["devices", "entries", "drafts"], (devices, entries, drafts) => {
      devices.put({ ...own, number });
      entries.put(entry);
      also(drafts);
    });
    changed();
    return id;
  });
}

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

let address = document.querySelector('meta[name="priam-sync"]')?.content;

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
    await transact("tags", (tags) => hello.tags.forEach((tag) => tags.put({ tag })));
    await setOdd("pocket", hello.pocket);
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

async function note(sent, results) {
  const news = {};
  await transact("entries", (store) => {
    sent.forEach((entry, at) => {
      const result = results[at];
      if (!result || (result.entry && result.entry !== entry.id)) return;
      const { outcome, words, details } = result;
      news[entry.id] = { outcome, words, details };
      store.put({ ...entry, state: outcome, words, signature: outcome === "refused" ? entry.signature : "" });
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

async function sendAll(csrf) {
  let sent = 0;
  for (;;) {
    const waiting = (await entries()).filter((e) => e.state === "waiting").slice(0, BATCH);
    if (!waiting.length) return sent;
    const content = waiting.map(({ text, signature }) => ({ text, signature }));
    const { results, signin } = await post(csrf, { entries: content });
    if (signin || !results) throw new Error("nobody is signed in");
    const news = await note(waiting, results);
    if (!Object.keys(news).length) throw new Error("the office did not answer for these entries");
    sent += waiting.length;
  }
}

function told(state, error = "") {
  changed({ state, error });
  return state;
}

/** Send soon, and again for as long as something waits. */
export function syncSoon(delay = 0) {
  clearTimeout(again);
  again = setTimeout(async () => {
    await sync();
    if ((await entries()).some((e) => e.state === "waiting")) syncSoon(15000);
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
