// The fields of a section as values, and back: the names are those that the form also posts.

const now = (input) => input.value;
const ticked = (input) => input.checked;
const first = (input) =>
  input.tagName === "SELECT"
    ? ([...input.options].find((o) => o.defaultSelected) ?? input.options[0])?.value
    : input.type === "radio" || input.type === "checkbox"
      ? input.value
      : input.defaultValue;
const firstTicked = (input) => input.defaultChecked;

/**
 * Values of all fields of a form, in the form of the record; with `initial` those that the page
 * came with, so that what was typed before a script ran is seen as a change.
 */
export function values(form, initial = false) {
  const [value, checked] = initial ? [first, firstTicked] : [now, ticked];
  const found = {};
  for (const box of form.querySelectorAll("[data-field]")) {
    const { field, kind } = box.dataset;
    const inputs = [...box.querySelectorAll("input, select, textarea")];
    if (kind === "interval" || kind === "teeth") {
      const filled = inputs.map((i) => [i.name.split(".").at(-1), value(i)]).filter(([, v]) => v);
      found[field] = Object.fromEntries(filled);
    } else if (kind === "choices") {
      found[field] = inputs.filter(checked).map((i) => i.value);
    } else if (inputs[0]?.type === "radio") {
      found[field] = inputs.find(checked)?.value ?? "";
    } else {
      found[field] = inputs[0] ? value(inputs[0]) : "";
    }
  }
  return found;
}

/** Put values into the fields of a form. */
export function fill(form, given) {
  for (const box of form.querySelectorAll("[data-field]")) {
    const { field, kind } = box.dataset;
    if (!(field in given)) continue;
    const value = given[field];
    for (const input of box.querySelectorAll("input, select, textarea")) {
      const part = input.name.split(".").at(-1);
      if (kind === "interval" || kind === "teeth") input.value = value?.[part] ?? "";
      else if (kind === "choices") input.checked = value.includes(input.value);
      else if (input.type === "radio") input.checked = input.value === value;
      else input.value = value ?? "";
    }
  }
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What differs between two sets of values. */
export function changes(before, now) {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => !same(value, before[name])));
}
