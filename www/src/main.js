// Starts the page: the model and the store, then the passages on a first visit, then the questions.

import { asking } from "./asking.js";
import { confirmed } from "./confirm.js";
import { byId, create, show } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { loadEmbedder } from "./model/embedder.js";
import { drawModel } from "./model-about.js";
import { announce, close as closeNotice, notify } from "./notice.js";
import { ownPassages } from "./own-passages.js";
import { hideProgress, showProgress } from "./progress.js";
import { addPassages } from "./seed.js";
import { sources } from "./sources.js";
import { askForPersistence, drawStorage } from "./storage-panel.js";
import { connect, openStore, STATE } from "./store.js";
import { hideTrouble, showTrouble } from "./trouble.js";
import { bytes, number } from "./words.js";

const MODEL = new URL("model/", document.baseURI);

/** A reload is the honest way to try again: nothing half-made is left behind. */
const tryAgain = { label: "Try again", run: () => location.reload() };

async function start() {
  showProgress("Opening", "The model and the store");
  const connection = connect({ kept: true });
  const embedder = await loadEmbedder(MODEL, ({ loaded, total }) =>
    showProgress("Opening", `The model: ${bytes(loaded)} of ${bytes(total)}`, {
      done: loaded,
      total,
    }),
  );
  drawModel(embedder.model);
  await open(embedder, connection);
}

async function open(embedder, connection) {
  hideTrouble();
  showProgress("Opening", "The store");
  let store;
  try {
    store = await openStore(connection, embedder);
  } catch (error) {
    if (error.code !== "storage_unavailable") throw error;
    const inMemory = () => open(embedder, connect({ kept: false })).catch(failed);
    failed(error, [{ label: "Go on in memory", run: inMemory }, tryAgain]);
    return;
  }
  if (store.model !== embedder.name) {
    const message = `the store holds embeddings of ${store.model}, the page has ${embedder.name}`;
    const startOver = () => store.empty(STATE.adding).then(tryAgain.run).catch(failed);
    failed(Object.assign(new Error(message), { code: "model_changed" }), [
      { label: "Start over", run: startOver },
    ]);
    return;
  }
  await run(store);
}

async function run(store) {
  const questions = asking({
    store,
    edit: (id) => own.edit(id).catch(failed),
    remove: (id) => own.remove(id).catch(failed),
    failed,
  });
  const own = ownPassages({ store, changed, like: questions.like, focus: questions.focusHit });

  let filling = false;
  let mine = 0;

  async function refreshStorage() {
    await drawStorage(store, mine);
    byId("empty").disabled ||= filling;
  }

  /** Draws everything that depends on what is in the store. */
  async function refresh() {
    const facets = await store.facets();
    mine = await own.draw();
    questions.drawFilters(facets);
    await refreshStorage();
    show(byId("vacant"), facets.count === 0 && store.state !== STATE.adding);
    questions.enable(facets.count > 0);
  }

  async function changed() {
    await refresh();
    await questions.run();
  }

  async function fill() {
    let asked = false;
    filling = true;
    byId("empty").disabled = true;
    await store.setState(STATE.adding);
    show(byId("vacant"), false);
    announce("Adding the passages.", 0);
    await addPassages(store.collection, async ({ done, total, resumed }) => {
      const title = resumed > 0 ? "Adding the passages that are missing" : "Adding the passages";
      const text = `${number(done)} of ${number(total)}. You can ask already; what is added is found.`;
      showProgress(title, text, { done, total });
      if (!asked && done > 0) {
        asked = true;
        questions.enable(true);
        questions.run();
      }
      await refreshStorage();
    });
    await store.setState(STATE.complete);
    filling = false;
    await changed();
    hideProgress();
    announce(`${number(await store.count())} passages are ready.`);
  }

  byId("add").onclick = own.add;
  byId("vacant-add").onclick = own.add;
  byId("load-again").onclick = () =>
    fill()
      .then(() => byId("question").focus())
      .catch(failed);
  byId("persist").onclick = () => askForPersistence(store).then(refresh).catch(failed);
  byId("empty").onclick = async () => {
    const count = await store.count();
    const sure = await confirmed({
      title: "Empty the store?",
      text: `This deletes all ${number(count)} passages from this device, your own among them. It cannot be undone.`,
      yes: "Empty it",
    });
    if (!sure) return;
    await store.empty(STATE.emptied).then(refresh).catch(failed);
    closeNotice();
    announce("The store is empty.");
    byId("vacant-title").focus();
  };

  byId("add").disabled = false;
  await refresh();
  if (store.state === STATE.adding) {
    await fill();
  } else {
    hideProgress();
    await questions.run();
  }
  if (!store.kept) notify("Kept in memory only: a reload starts over.");
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
