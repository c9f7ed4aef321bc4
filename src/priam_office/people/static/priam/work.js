// What every page for staff does: a scanner is heard wherever the focus is, small menus close,
// dialogs open, toasts go. No page needs this script to be read or to be sent.

// A scanner types a tag within some milliseconds and then presses Enter. A person does not.
const SCANNER_GAP_MS = 60;
const SHORTEST_TAG = 11;
let typed = "";
let last = 0;

const scanField = () => document.querySelector("[data-scan] input");
const takesText = (node) => node.closest("input, textarea, select, [contenteditable], dialog[open]");

document.addEventListener("keydown", (event) => {
  if (event.key === "F2" && scanField()) {
    event.preventDefault();
    scanField().focus();
    scanField().select();
    return;
  }
  if (event.key === "Escape") closeMenus();
  if (!scanField() || takesText(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
  const quick = event.timeStamp - last < SCANNER_GAP_MS;
  last = event.timeStamp;
  if (event.key.length === 1) {
    typed = quick ? typed + event.key : event.key;
    // a link or button in focus must not take the letters of a scanned tag for itself
    if (event.key === " " && quick) event.preventDefault();
  } else if (event.key === "Enter") {
    if (quick && typed.length >= SHORTEST_TAG) {
      event.preventDefault();
      scanField().value = typed;
      scanField().form.requestSubmit();
    }
    typed = "";
  }
}, true);

function closeMenus(except) {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (open === except) continue;
    const inside = open.contains(document.activeElement);
    open.open = false;
    if (inside && !except) open.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.drop"));
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target.closest(".toast button")) event.target.closest(".toast").remove();
});

/** Say something that needs no answer; it goes by itself after six seconds. */
export function toast(text) {
  const place = document.getElementById("toasts");
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = text;
  place.append(note);
  setTimeout(() => note.remove(), 6000);
}

// A server's answer may carry HX-Trigger: {"toast": "text"}.
document.addEventListener("toast", (event) => toast(event.detail.value));
