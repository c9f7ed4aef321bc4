// The fields of a section as values, and back: the names are those that the form also posts.

/** Values of all fields of a form, in the form of the record. */
export function values(form) {
  const found = {};
  for (const box of form.querySelectorAll("[data-field]")) {
    const { field, kind } = box.dataset;
    const inputs = [...box.querySelectorAll("input, select, textarea")];
    if (kind === "interval" || kind === "teeth") {
      const filled = inputs.filter((i) => i.value !== "").map((i) => [i.name.split(".").at(-1), i.value]);
      found[field] = Object.fromEntries(filled);
    } else if (kind === "choices") {
      found[field] = inputs.filter((i) => i.checked).map((i) => i.value);
    } else if (inputs[0]?.type === "radio") {
      found[field] = inputs.find((i) => i.checked)?.value ?? "";
    } else {
      found[field] = inputs[0]?.value ?? "";
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
