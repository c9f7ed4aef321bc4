// Keys of the page of a pair. A key presses the button or link that carries it (data-key holds the
// place on the keyboard, so that M is M in every layout). Without this script Tab and Enter do all.

const TYPED_BY_HAND_MS = 70; // a scanner is faster, and what it types is no answer
const KEPT = "priam-review-keys";
const box = document.getElementById("keys");
let last = -Infinity;
let pressed = 0;

const wanted = () => localStorage.getItem(KEPT) !== "off";

function show() {
  document.body.classList.toggle("keys-off", !wanted());
  if (box) box.checked = wanted();
}

if (box) {
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    localStorage.setItem(KEPT, box.checked ? "on" : "off");
    show();
  });
}
show();

document.addEventListener("keydown", (event) => {
  const quick = event.timeStamp - last < TYPED_BY_HAND_MS;
  last = event.timeStamp;
  clearTimeout(pressed);
  if (quick || !wanted() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
  const button = document.querySelector(`[data-key="${event.code}"]`);
  if (!button) return;
  event.preventDefault();
  // held back, because more letters at once would mean that this was the first of a scanned tag
  pressed = setTimeout(() => button.click(), TYPED_BY_HAND_MS);
});

// One answer is sent once, however often the key is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
