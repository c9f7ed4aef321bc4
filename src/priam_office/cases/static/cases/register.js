// Let the worker keep the page for work without the network, on every page that asks for it.

const address = document.querySelector('meta[name="priam-worker"]')?.content;
if (address && navigator.serviceWorker) navigator.serviceWorker.register(address).catch(() => {});
