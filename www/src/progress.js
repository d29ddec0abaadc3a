// The progress bar of the start and of the first visit.

import { byId, show } from "./dom.js";

const section = byId("progress");
const bar = byId("progress-bar");

/**
 * @param {string} title what is being done
 * @param {string} text how far it is, in words
 * @param {{done: number, total: number}} [part] without it the bar says only that something is under way
 */
export function showProgress(title, text, part) {
  const heading = byId("progress-title");
  if (heading.textContent !== title) heading.textContent = title;
  byId("progress-text").textContent = text;
  if (part) {
    bar.max = part.total;
    bar.value = part.done;
  } else {
    bar.removeAttribute("value");
  }
  show(section, true);
}

export function hideProgress() {
  show(section, false);
}
