// What the page tells: short news at its foot, and words for screen readers alone.

import { byId, show } from "./dom.js";

const notice = byId("notice");
const text = byId("notice-text");
const button = byId("notice-action");
const status = byId("status");

/**
 * Shows a message until the next one or until it is closed. It never goes by itself: a reader may be slow.
 *
 * @param {string} message
 * @param {{label: string, run: () => void, focus?: boolean}} [action] a button beside it; `focus` moves the focus there
 */
export function notify(message, action) {
  text.textContent = message;
  show(button, action !== undefined);
  button.textContent = action?.label ?? "";
  button.onclick = () => {
    close();
    action.run();
  };
  show(notice, true);
  if (action?.focus) button.focus();
}

export function close() {
  show(notice, false);
  text.textContent = "";
}

byId("notice-close").addEventListener("click", () => {
  close();
  byId("question").focus();
});

let waiting;

/** Tells screen readers, once the page has come to rest: while someone types, the results change at every word. */
export function announce(message, after = 500) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    status.textContent = message;
  }, after);
}
