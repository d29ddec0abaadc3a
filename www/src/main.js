// Starts the page: the embedding function and the store, then the passages on a first visit, then the questions.

import { byId, create } from "./dom.js";
import { drawEmbedding } from "./embedding/about.js";
import { lacksKey } from "./embedding/endpoint.js";
import { loadEmbedding } from "./embedding/load.js";
import { keepSettings, readSettings, STATIC } from "./embedding/settings.js";
import { listenToKeys } from "./keys.js";
import { runPage } from "./page.js";
import { hideProgress, showProgress } from "./progress.js";
import { sources } from "./sources.js";
import { connect, openStore, STATE } from "./store.js";
import { hideTrouble, showTrouble } from "./trouble.js";
import { bytes } from "./words.js";

/** A reload is the honest way to try again: nothing half-made is left behind. */
const tryAgain = { label: "Try again", run: () => location.reload() };

async function start() {
  showProgress("Opening", "The model and the store");
  const connection = connect({ kept: true });
  const settings = readSettings();
  // Without its key a service answers nothing: until it is given, the page searches with what it has.
  const embedding = await loadEmbedding(lacksKey(settings) ? STATIC : settings, {
    onProgress: ({ loaded, total }) =>
      showProgress("Opening", `The model: ${bytes(loaded)} of ${bytes(total)}`, {
        part: { done: loaded, total },
      }),
  }).catch((error) => {
    if (settings.kind === "static") throw error;
    failed(error, [
      tryAgain,
      {
        label: "Use the model of the page",
        run: () => {
          keepSettings(STATIC);
          location.reload();
        },
      },
    ]);
  });
  if (embedding) await open(connection, embedding, settings);
}

async function open(connection, embedding, settings) {
  hideTrouble();
  drawEmbedding(embedding);
  showProgress("Opening", "The store");
  let store;
  try {
    store = await openStore(connection, embedding);
  } catch (error) {
    if (error.code !== "storage_unavailable") throw error;
    const inMemory = () => open(connect({ kept: false }), embedding, settings).catch(failed);
    failed(error, [{ label: "Go on in memory", run: inMemory }, tryAgain]);
    return;
  }
  try {
    store.checkModel();
  } catch (error) {
    const startOver = () => store.empty(STATE.adding).then(tryAgain.run).catch(failed);
    failed(error, [{ label: "Start over", run: startOver }]);
    return;
  }
  await runPage({ connection, store, settings, failed });
}

/** Says what went wrong, with the ways out. */
function failed(error, ways = [tryAgain]) {
  console.error(error);
  hideProgress();
  showTrouble(error, ways);
}

byId("sources").replaceChildren(
  ...sources.map(({ key, name, home, license, by }) =>
    create(
      "li",
      {},
      create("a", { href: home, rel: "noreferrer" }, name),
      ` (${key}), by ${by}; ${license}.`,
    ),
  ),
);
listenToKeys();
addEventListener("unhandledrejection", ({ reason }) => failed(reason));
start().catch(failed);
