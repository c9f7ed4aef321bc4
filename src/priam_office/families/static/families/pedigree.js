// Keys of the pedigree editor: Alt and a letter presses the button that names it; arrows walk
// through the table of persons. Without this script everything works by Tab and Enter.

document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    // the key's place, not its letter: a Cyrillic layout sends other letters
    const letter = event.code.replace(/^Key/, "");
    const button = document.querySelector(`#editor [aria-keyshortcuts="Alt+${letter}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  const here = event.target.closest(".members a");
  if (!here || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const all = [...document.querySelectorAll(".members a")];
  const next = all[all.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1)];
  if (next) next.focus();
});

// After a redraw the focus stays where the work is: on the button just pressed, or on the person.
let pressed = "";
document.addEventListener("click", (event) => {
  const button = event.target.closest("#editor button[name=verb], #editor .members a");
  if (button) pressed = button.id ? `#${button.id}` : `button[name=verb][value="${button.value}"]`;
});
document.addEventListener("htmx:afterSettle", () => {
  const again = pressed && document.querySelector(`#editor ${pressed}`);
  if (again) again.focus();
  pressed = "";
});
