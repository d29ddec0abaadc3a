// The form that narrows the search: drawn from what is in the store, read as plain values.

import { byId, create, fieldError, show } from "./dom.js";
import { countFilters, noFilters } from "./where.js";
import { number } from "./words.js";

/** @param {() => void} onChange called when the filters have changed and hold sensible ranges */
export function filterForm(onChange) {
  const form = byId("filters");
  const toggle = byId("narrow-toggle");
  const clear = byId("filters-clear");
  const ranges = ["words", "years"].map((name) => ({
    name,
    from: form.elements[`${name}-from`],
    to: form.elements[`${name}-to`],
    error: byId(`${name}-error`),
  }));

  toggle.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    if (open) form.querySelector("input")?.focus();
  });

  const checked = (name) =>
    [...form.querySelectorAll(`input[name="${name}"]:checked`)].map(({ value }) => value);

  const bound = (input) => (input.value === "" ? undefined : Number(input.value));

  function read() {
    const filters = {
      source: checked("source"),
      type: checked("type"),
      code: checked("code")[0] ?? "",
    };
    for (const { name, from, to } of ranges) filters[name] = { from: bound(from), to: bound(to) };
    return filters;
  }

  /** Says what is wrong with the ranges, under them; true where nothing is. */
  function check() {
    let sound = true;
    for (const { from, to, error } of ranges) {
      const broken = [from, to].find((input) => !input.validity.valid);
      let text = "";
      if (broken) text = "A whole number, please.";
      else if (bound(from) > bound(to)) text = `From ${from.value} to ${to.value} holds nothing.`;
      fieldError([from, to], error, text);
      sound &&= text === "";
    }
    return sound;
  }

  function tell() {
    const count = countFilters(read());
    clear.disabled = count === 0;
    toggle.textContent = count === 0 ? "Narrow the search" : `Narrow the search (${count})`;
  }

  function changed() {
    tell();
    if (check()) onChange();
  }

  let waiting;
  form.addEventListener("input", ({ target }) => {
    clearTimeout(waiting);
    // A number is typed digit by digit; 2 and 20 on the way to 2005 are not meant.
    if (target.type === "number") waiting = setTimeout(changed, 400);
    else changed();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    changed();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    set(noFilters());
    changed();
    form.querySelector("input")?.focus();
  });

  /** Puts values into the form, without a search. */
  function set({ source, type, code, words, years }) {
    for (const [name, values] of Object.entries({ source, type, code: [code] })) {
      for (const input of form.querySelectorAll(`input[name="${name}"]`))
        input.checked = values.includes(input.value);
    }
    for (const { name, from, to } of ranges) {
      const { from: least, to: most } = { words, years }[name];
      from.value = least ?? "";
      to.value = most ?? "";
    }
    check();
    tell();
  }

  function choices(name, counts, chosen) {
    // What is chosen stays to be seen, also where nothing is left of it.
    const all = new Map([...chosen.map((value) => [value, 0]), ...counts]);
    const sorted = [...all].sort(([a], [b]) => a.localeCompare(b, "en"));
    byId(`filter-${name}`).replaceChildren(
      ...sorted.map(([value, count]) =>
        create(
          "label",
          {},
          create("input", { type: "checkbox", name, value, checked: chosen.includes(value) }),
          create("span", { className: "choice" }, value),
          create("span", { className: "count" }, number(count)),
        ),
      ),
    );
  }

  /** Draws what there is to choose from; what was chosen stays chosen. */
  function draw(facets, filters = read()) {
    choices("source", facets.source, filters.source);
    choices("type", facets.type, filters.type);
    for (const { name, from, to } of ranges) {
      const { least, most } = facets[name];
      from.placeholder = least ?? "";
      to.placeholder = most ?? "";
    }
    const without = facets.count - facets.years.count;
    byId("years-hint").textContent =
      `${number(without)} of ${number(facets.count)} have no year; a range leaves them out.`;
    show(byId("years-hint"), without > 0);
    set(filters);
  }

  return { read, draw, set, sound: check, clear: () => form.reset() };
}
