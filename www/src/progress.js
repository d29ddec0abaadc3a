// The progress bar of the start, of a model that is loaded, and of the passages that are added.

import { byId, show } from "./dom.js";

const section = byId("progress");
const bar = byId("progress-bar");
const stop = byId("progress-button");

/**
 * @param {string} title what is being done
 * @param {string} text how far it is, in words
 * @param {object} [options]
 * @param {{done: number, total: number}} [options.part] without it the bar says only that something is under way
 * @param {{label: string, run: () => void}} [options.button]
 * @param {boolean} [options.resting] nothing is under way: no bar
 */
export function showProgress(title, text, { part, button, resting = false } = {}) {
  const heading = byId("progress-title");
  if (heading.textContent !== title) heading.textContent = title;
  byId("progress-text").textContent = text;
  if (part) {
    bar.max = part.total;
    bar.value = part.done;
  } else {
    bar.removeAttribute("value");
  }
  stop.textContent = button?.label ?? "";
  stop.onclick = button?.run ?? null;
  show(bar, !resting);
  show(stop, button !== undefined);
  show(section, true);
}

export function hideProgress() {
  show(section, false);
}
