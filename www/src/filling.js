// Fills a store with the passages: with the progress, and with a button that stops it and goes on.

import { announce } from "./notice.js";
import { hideProgress, showProgress } from "./progress.js";
import { addPassages } from "./seed.js";
import { STATE } from "./store.js";
import { number } from "./words.js";

/**
 * @param {object} options
 * @param {(done: number) => void} options.onProgress after every batch; `done` passages can be found
 * @param {() => Promise<void>} options.onEnd after the last batch, and after a stop
 * @param {(error: Error) => void} options.failed
 */
export function filling({ onProgress, onEnd, failed }) {
  let current;

  /** Adds what is missing. Never rejects: what goes wrong is shown. */
  async function fill(store) {
    leave();
    const controller = new AbortController();
    const mine = () => current === controller;
    current = controller;
    let reached = 0;
    const stop = () => {
      controller.abort();
      stopped(store, reached);
      announce("Stopped.", 0);
      store.setState(STATE.stopped).then(onEnd).catch(failed);
    };
    try {
      await store.setState(STATE.adding);
      announce("Adding the passages.", 0);
      await addPassages(store, {
        signal: controller.signal,
        onProgress: ({ done, total, resumed }) => {
          if (!mine() || controller.signal.aborted) return;
          reached = done;
          const title =
            resumed > 0 ? "Adding the passages that are missing" : "Adding the passages";
          const text = `${number(done)} of ${number(total)}. You can ask already; what is added is found.`;
          showProgress(title, text, {
            part: { done, total },
            button: { label: "Stop", run: stop },
          });
          onProgress(done);
        },
      });
      if (!mine()) return;
      await store.setState(STATE.complete);
      if (!mine()) return;
      current = undefined;
      await onEnd();
      hideProgress();
      announce(`${number(await store.count())} passages are ready.`);
    } catch (error) {
      if (!mine()) return;
      current = undefined;
      if (!controller.signal.aborted) failed(error);
    }
  }

  /** Says that it was stopped, and offers to go on. */
  function stopped(store, done) {
    showProgress(
      "Stopped",
      `${number(done)} of the demo’s passages are here and are found; going on adds the others.`,
      {
        resting: true,
        button: { label: "Go on", run: () => fill(store) },
      },
    );
  }

  /** Ends what is under way, without a word: another store takes its place. */
  function leave() {
    const left = current;
    current = undefined;
    left?.abort();
  }

  return { fill, stopped, leave, active: () => current !== undefined };
}
