// The worker keeps the page that works without the network, and its files. It keeps no other
// page: nothing about a case is left on a tablet but what the tablet itself wrote.

const CACHE = `priam-${KEPT.version}`;

async function keep() {
  const cache = await caches.open(CACHE);
  const shell = await fetch(KEPT.shell, { credentials: "same-origin", cache: "reload" });
  if (!shell.ok || shell.redirected) throw new Error("nobody is signed in");
  await cache.put(KEPT.shell, shell);
  await cache.addAll(KEPT.files.map((file) => new Request(file, { cache: "reload" })));
}

async function forgetOlder() {
  const language = KEPT.version.split("-")[0];
  const old = (await caches.keys()).filter((n) => n.startsWith(`priam-${language}-`) && n !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.files.includes(url.pathname)) event.respondWith(file(request));
});

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(CACHE)).match(KEPT.shell)) ?? Response.error();
  }
}

/** From the network where there is one, so that a page never meets scripts of another version. */
async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(CACHE)).match(request, { ignoreSearch: true })) ?? Response.error();
  }
}
