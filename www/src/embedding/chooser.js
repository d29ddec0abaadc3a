// The dialog in which the embedding function is chosen.

import { byId, fieldError, show } from "../dom.js";
import { hasKey } from "./endpoint.js";
import { miniLmIsThere } from "./minilm.js";
import { endpointProblems } from "./settings.js";

const THERE =
  "A network of the page’s own, in a worker: about a tenth of a second a passage. 0.496 nDCG@10 on Cranfield.";
const ABSENT =
  "Not here: put the model’s folder into “models” and onnxruntime-web’s files into “onnxruntime-web” beside the page, or " +
  "run npm start with VECINO_MODELS naming the folder that holds all-MiniLM-L6-v2.";

const dialog = byId("chooser");
const form = byId("chooser-form");
const fields = form.elements;
const minilm = byId("kind-minilm");
const errors = {
  baseUrl: "endpoint-url",
  model: "endpoint-model",
  dimensions: "endpoint-dimensions",
};

let choose;

/**
 * @param {object} options
 * @param {object} options.settings what is in use, or was
 * @param {(settings: object, key: string) => void} options.onChoose the key is empty where none was typed
 */
export function openChooser({ settings, onChoose }) {
  choose = onChoose;
  fields.kind.value = settings.kind;
  if (settings.kind === "endpoint") {
    fields.baseUrl.value = settings.baseUrl;
    fields.model.value = settings.model;
    fields.dimensions.value = settings.dimensions ?? "";
  }
  for (const name of Object.keys(errors)) tell(name, "");
  draw();
  lookForMiniLm(settings.kind === "minilm");
  dialog.showModal();
  const asked = settings.kind === "endpoint" && settings.keyed && !hasKey(settings.baseUrl);
  (asked ? fields.key : form.querySelector("input:checked"))?.focus();
}

async function lookForMiniLm(inUse) {
  const there = inUse || (await miniLmIsThere());
  minilm.disabled = !there;
  byId("kind-minilm-about").textContent = there ? THERE : ABSENT;
}

function tell(name, problem) {
  fieldError(fields[name], byId(`${errors[name]}-error`), problem);
}

function draw() {
  show(byId("chooser-endpoint"), fields.kind.value === "endpoint");
  byId("endpoint-key-hint").textContent = hasKey(address())
    ? "The key that you gave for this address is still in memory. Leave this empty to use it."
    : "Held in memory until you leave or reload the page; never stored. It is sent to this address alone.";
}

const address = () => fields.baseUrl.value.trim().replace(/\/+$/, "");

function read() {
  const kind = fields.kind.value;
  if (kind !== "endpoint") return { kind };
  const { dimensions } = fields;
  return {
    kind,
    baseUrl: address(),
    model: fields.model.value.trim(),
    // What is no number at all reads as empty.
    ...(dimensions.value === "" && dimensions.validity.valid
      ? {}
      : { dimensions: dimensions.valueAsNumber }),
    keyed: fields.key.value !== "" || hasKey(address()),
  };
}

form.addEventListener("input", draw);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const settings = read();
  if (settings.kind === "endpoint") {
    const problems = endpointProblems(settings);
    for (const name of Object.keys(errors)) tell(name, problems.get(name) ?? "");
    if (problems.size > 0) {
      fields[problems.keys().next().value].focus();
      return;
    }
  }
  const key = fields.key.value;
  dialog.close();
  choose(settings, key);
});
// The key is not left lying in the page.
dialog.addEventListener("close", () => {
  fields.key.value = "";
});
byId("chooser-cancel").addEventListener("click", () => dialog.close());
