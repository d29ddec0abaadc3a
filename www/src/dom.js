// The page's few words for building DOM. Texts become text nodes: nothing here reads markup from a string.

/** The element with this id; a page without it is broken, so it says so. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id "${id}"`);
  return found;
}

/**
 * A new element. `properties` are set as properties (`className`, `textContent`, `onclick`), `aria-*` and `data-*` as
 * attributes; `children` are nodes or strings.
 */
export function create(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/** Shows or hides, without touching what is in it. */
export function show(element, visible) {
  element.hidden = !visible;
}

/** The text of an error under a field, tied to the field for screen readers. */
export function fieldError(field, message, text) {
  message.textContent = text;
  show(message, text !== "");
  for (const input of [field].flat()) {
    if (text === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }
}
