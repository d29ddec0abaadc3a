// Questions to begin with: some share words with their answer, some share none.

import { byId, create } from "./dom.js";

const EXAMPLES = [
  "How do I undo the last commit?",
  "which alerts should wake someone up",
  "running code in several threads at once",
  "what is ownership",
  "extract a compressed archive",
  "why is the Python GIL a problem",
];

/** @param {(text: string) => void} ask */
export function drawExamples(ask) {
  byId("examples").replaceChildren(
    ...EXAMPLES.map((text) =>
      create("li", {}, create("button", { type: "button", onclick: () => ask(text) }, text)),
    ),
  );
}
