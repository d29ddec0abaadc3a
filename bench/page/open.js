// A page that a visitor comes back to: open what is stored, ask one question. Which store and which question lie
// in localStorage, where reading them takes no time.
import { PackageStore } from "./stores/package.js";
import { UnlinkedStore } from "./stores/unlinked.js";

const { embedding, ids } = JSON.parse(localStorage.getItem("question"));
const Store = location.hash === "#package" ? PackageStore : UnlinkedStore;

// The clock of `performance.now()` starts with the navigation.
const scriptMs = performance.now();
const store = new Store();

window.opened = (async () => {
  await store.open();
  const openMs = performance.now();
  const found = await store.query(Float32Array.from(embedding), ids.length);
  const answerMs = performance.now();
  const correct = ids.every((id, place) => found[place] === id);
  const { unlinked, wasmBytes } = await store.stats();
  return { scriptMs, openMs, answerMs, correct, unlinked, wasmBytes };
})();

/** Bytes of JavaScript objects in page and worker; undefined where the browser does not tell. */
window.heapBytes = async () => {
  const { breakdown } = (await performance.measureUserAgentSpecificMemory?.()) ?? {};
  const heap = breakdown?.filter(({ types }) => types.includes("JavaScript"));
  return heap?.reduce((sum, { bytes }) => sum + bytes, 0);
};

window.closeStore = () => store.close();
