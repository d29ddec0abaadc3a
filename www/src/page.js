// The page once a store is open: its questions, its passages, and the way to another embedding function.

import { asking } from "./asking.js";
import { confirmed } from "./confirm.js";
import { byId, show } from "./dom.js";
import { drawEmbedding } from "./embedding/about.js";
import { openChooser } from "./embedding/chooser.js";
import { lacksKey } from "./embedding/endpoint.js";
import { loadEmbedding } from "./embedding/load.js";
import { keepSettings } from "./embedding/settings.js";
import { filling } from "./filling.js";
import { announce, close as closeNotice, notify } from "./notice.js";
import { ownPassages } from "./own-passages.js";
import { hideProgress, showProgress } from "./progress.js";
import { askForPersistence, drawStorage } from "./storage-panel.js";
import { openStore, STATE } from "./store.js";
import { hideTrouble } from "./trouble.js";
import { bytes, number } from "./words.js";

/**
 * @param {object} options
 * @param {object} options.connection
 * @param {object} options.store the first one to be used
 * @param {object} options.settings the visitor's choice: that of the store, or of a service whose key is missing
 * @param {(error: Error, ways?: object[]) => void} options.failed
 */
export async function runPage({ connection, store: first, settings: chosen, failed }) {
  let store = first;
  let settings = chosen;
  let mine = 0;

  const questions = asking({
    store: () => store,
    edit: (id) => own.edit(id).catch(failed),
    remove: (id) => own.remove(id).catch(failed),
    failed: (error) => trouble(error, () => questions.run()),
  });
  const own = ownPassages({
    store: () => store,
    changed,
    like: questions.like,
    focus: questions.focusHit,
  });
  const passages = filling({
    onProgress: (done) => {
      if (done > 0 && byId("question").disabled) {
        questions.enable(true);
        questions.run();
      }
      refreshStorage().catch(failed);
    },
    onEnd: changed,
    failed: (error) => trouble(error, () => passages.fill(store)),
  });

  /** What the page itself needs is tried again by a reload; a service has settings, and a key that a reload forgets. */
  function trouble(error, again) {
    if (store.embedding.kind !== "endpoint") return failed(error);
    return failed(error, [
      { label: "Change the settings", run: choose },
      {
        label: "Try again",
        run: () => {
          hideTrouble();
          again();
        },
      },
    ]);
  }

  let storageDraws = Promise.resolve();

  /** One after the other: what was read last is drawn last. */
  function refreshStorage() {
    storageDraws = storageDraws
      .catch(() => {})
      .then(async () => {
        await drawStorage(store, mine);
        byId("empty").disabled ||= passages.active();
      });
    return storageDraws;
  }

  /** Draws everything that depends on what is in the store. */
  async function refresh() {
    const here = store;
    const facets = await here.facets();
    if (here !== store) return;
    mine = await own.draw();
    questions.drawFilters(facets);
    await refreshStorage();
    const untouched = here.state === STATE.adding || here.state === STATE.stopped;
    show(byId("vacant"), facets.count === 0 && !untouched);
    questions.enable(facets.count > 0);
  }

  async function changed() {
    await refresh();
    await questions.run();
  }

  function fill() {
    hideTrouble();
    show(byId("vacant"), false);
    byId("empty").disabled = true;
    return passages.fill(store);
  }

  /** Shows the store that is in use now, and goes on filling it where that was interrupted. */
  async function showStore() {
    drawEmbedding(store.embedding);
    await refresh();
    if (store.state === STATE.adding) return fill();
    if (store.state === STATE.stopped) passages.stopped(store, (await store.count()) - mine);
    else hideProgress();
    return questions.run();
  }

  function choose() {
    openChooser({
      settings,
      onChoose: (next, key) => {
        use(next, key).catch((error) => {
          failed(error, [
            { label: "Choose another", run: choose },
            { label: `Go on with ${store.embedding.name}`, run: goOn },
          ]);
        });
      },
    });
  }

  function goOn() {
    hideTrouble();
    showStore().catch(failed);
  }

  let uses = 0;

  /** Moves to another embedding function. Of several that are being loaded, only the last one is used. */
  async function use(next, key) {
    uses += 1;
    const asked = uses;
    passages.leave();
    hideTrouble();
    closeNotice();
    showProgress("Opening", "The embedding function and its store");
    const embedding = await loadEmbedding(next, {
      key,
      onProgress: ({ loaded, total }) => {
        if (asked !== uses) return;
        const text = `The model: ${bytes(loaded)} of ${bytes(total)}`;
        showProgress("Opening", text, { part: { done: loaded, total } });
      },
    });
    const opened = await openStore(connection, embedding);
    opened.checkModel();
    if (asked !== uses) return;
    store = opened;
    settings = next;
    keepSettings(next);
    await showStore();
    announce(`${embedding.name} is in use.`);
  }

  byId("choose").onclick = choose;
  byId("add").onclick = own.add;
  byId("vacant-add").onclick = own.add;
  byId("load-again").onclick = () => fill().then(() => byId("question").focus());
  byId("persist").onclick = () => askForPersistence(store).then(refresh).catch(failed);
  byId("empty").onclick = async () => {
    const count = await store.count();
    const sure = await confirmed({
      title: "Empty the store?",
      text:
        `This deletes all ${number(count)} passages that ${store.embedding.name} embedded from this device, your own ` +
        "among them. It cannot be undone.",
      yes: "Empty it",
    });
    if (!sure) return;
    await store.empty(STATE.emptied).then(refresh).catch(failed);
    hideProgress();
    closeNotice();
    announce("The store is empty.");
    byId("vacant-title").focus();
  };

  byId("add").disabled = false;
  await showStore();
  if (lacksKey(settings)) {
    notify(
      `The key for ${settings.model} was not kept. Until you give it again, ${store.embedding.name} finds.`,
      { label: "Give the key", run: choose },
    );
  } else if (!store.kept) notify("Kept in memory only: a reload starts over.");
}
