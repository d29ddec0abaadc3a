// The dialog in which a passage is written or changed.

import { byId, fieldError, show } from "./dom.js";

const dialog = byId("editor");
const form = byId("editor-form");
const { title, text, source, code } = form.elements;
const failure = byId("editor-error");
const errors = [
  [title, byId("editor-name-error")],
  [text, byId("editor-text-error")],
];

let save;

/**
 * @param {object} options
 * @param {{document: string, metadata: object}} [options.passage] the passage to change; none to write a new one
 * @param {(values: {title: string, text: string, source: string, code: boolean}) => Promise<void>} options.onSave what
 *   it throws is shown in the dialog, which stays open; an error with code "unknown_text" is shown under the text
 */
export function openEditor({ passage, onSave }) {
  save = onSave;
  byId("editor-title").textContent = passage ? "Change your passage" : "Add a passage of your own";
  byId("editor-save").textContent = passage ? "Save" : "Add";
  title.value = passage?.metadata.title ?? "";
  text.value = passage?.document ?? "";
  source.value = passage?.metadata.source ?? "";
  code.checked = passage?.metadata.has_code ?? false;
  for (const [field, message] of errors) fieldError(field, message, "");
  show(failure, false);
  dialog.showModal();
  title.focus();
}

function complete() {
  fieldError(...errors[0], title.value.trim() === "" ? "A passage needs a title." : "");
  fieldError(...errors[1], text.value.trim() === "" ? "A passage needs a text." : "");
  errors.find(([field]) => field.hasAttribute("aria-invalid"))?.[0].focus();
  return errors.every(([field]) => !field.hasAttribute("aria-invalid"));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!complete()) return;
  const button = byId("editor-save");
  button.disabled = true;
  show(failure, false);
  try {
    await save({
      title: title.value.trim(),
      text: text.value.trim(),
      source: source.value.trim(),
      code: code.checked,
    });
    dialog.close();
  } catch (error) {
    if (error.code === "unknown_text") {
      fieldError(
        ...errors[1],
        "The model knows none of these words, so the passage could not be found. It reads English.",
      );
      text.focus();
    } else {
      failure.textContent = `It could not be saved: ${error.message}`;
      show(failure, true);
    }
  } finally {
    button.disabled = false;
  }
});

byId("editor-cancel").addEventListener("click", () => dialog.close());
