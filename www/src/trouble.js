// What went wrong, in the visitor's words, with the ways out.

import { byId, create, show } from "./dom.js";

const EXPLAINED = {
  storage_unavailable: {
    title: "This browser does not let the page keep anything.",
    text: "IndexedDB is switched off or not there, as in some private windows. You can go on in memory: everything works, and a reload starts over.",
  },
  storage_full: {
    title: "There is no room left.",
    text: "The browser gives this page no more storage. What was kept before is unharmed. Free some space on the device, then try again.",
  },
  storage: {
    title: "The browser could not read or write the store.",
    text: "What was kept before is unharmed. Often it is enough to try again or to close other tabs of this page.",
  },
  damaged: {
    title: "A part of the store cannot be read.",
    text: "The browser gave back something else than was written. You can start over with an empty store.",
  },
  unsupported_version: {
    title: "The store was written by a newer version.",
    text: "This page is older than what it finds. Load it anew; if that does not help, start over with an empty store.",
  },
  connection: {
    title: "The database could not be started.",
    text: "A part of it, its worker or its WebAssembly file, could not be loaded from beside the page. What is kept is unharmed.",
  },
  model_missing: {
    title: "The model could not be loaded.",
    text: "Without it the page cannot tell what a question means. Its files have to lie beside the page.",
  },
  model_worker: {
    title: "The model stopped working.",
    text: "It runs in a worker, and that could not be started or came to an end. What is kept is unharmed.",
  },
  model_changed: {
    title: "The store was filled with another model.",
    text: "Embeddings of two models cannot be compared. Start over with an empty store to use the present one.",
  },
  endpoint_unauthorized: {
    title: "The service does not accept the key.",
    text: "What is kept is unharmed. Give another key, or choose another embedding function.",
  },
  endpoint_unreachable: {
    title: "The service could not be reached.",
    text: "Either nothing answers at this address, or it does not take requests from web pages. What is kept is unharmed.",
  },
  endpoint_busy: {
    title: "The service asks to wait.",
    text: "It takes no more requests for now. What is kept is unharmed; going on later embeds only what is missing.",
  },
  endpoint_refused: {
    title: "The service did not give the embeddings that were asked for.",
    text: "What is kept is unharmed. Look at the address, the model and the dimensions; the words below say what happened.",
  },
  passages_missing: {
    title: "The passages could not be loaded.",
    text: "The file that holds them lies beside the page. What has been added stays.",
  },
};

const UNKNOWN = {
  title: "Something went wrong.",
  text: "What is kept is unharmed. Try again; if it comes back, the words below say what happened.",
};

const panel = byId("trouble");

/**
 * @param {Error & {code?: string}} error
 * @param {{label: string, run: () => void}[]} ways the first one is the one to try
 */
export function showTrouble(error, ways) {
  const { title, text } = EXPLAINED[error.code] ?? UNKNOWN;
  const detail = error.code ? `${error.message} (${error.code})` : error.message;
  panel.replaceChildren(
    create("h2", { tabIndex: -1 }, title),
    create("p", {}, text),
    create("p", { className: "detail" }, detail),
    create(
      "p",
      { className: "row" },
      ...ways.map(({ label, run }, i) =>
        create(
          "button",
          { type: "button", className: i === 0 ? "primary" : "", onclick: run },
          label,
        ),
      ),
    ),
  );
  show(panel, true);
}

export function hideTrouble() {
  show(panel, false);
  panel.replaceChildren();
}
