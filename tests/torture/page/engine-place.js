// Where the engine runs: in the page or in a worker, with faults.js beside it either way.
import { faults as inPage } from "./faults.js";

const tell = `/say${location.search}`;

/** Until `restore` is called, workers that the package starts have faults.js loaded. Returns `{ control, restore }`. */
export function prepare(worker) {
  inPage.watch(() => fetch(tell, { method: "POST", body: '{"checkpoint":true}' }));
  if (!worker) return { control: async (method, ...args) => inPage[method](...args), restore() {} };
  const { Worker } = globalThis;
  let started;
  globalThis.Worker = class extends Worker {
    constructor(_, options) {
      super(`/tests/torture/page/worker.js?${new URLSearchParams({ tell })}`, options);
      started = this;
    }
  };
  const control = (...faults) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      started.postMessage({ faults }, [port2]);
    });
  const restore = () => {
    globalThis.Worker = Worker;
  };
  return { control, restore };
}
