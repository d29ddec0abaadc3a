// The page's two keys: / goes to the question from anywhere, Esc goes back to it.

import { byId } from "./dom.js";

const typing = (target) =>
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select") !== null;

export function listenToKeys() {
  const question = byId("question");
  addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (document.querySelector("dialog[open]") || ctrlKey || metaKey || altKey || event.isComposing)
      return;
    const element = target instanceof Element ? target : document.body;
    if (key === "/" && !typing(element)) {
      event.preventDefault();
      question.focus();
      question.select();
    }
    if (key === "Escape" && element !== question) question.focus();
  });
}
