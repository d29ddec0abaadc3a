// The package's worker with faults beside it: the page sends these `{ faults: [method, ...args] }`.
import { faults } from "./faults.js";

// Registered before the package's own listener, which never sees these messages.
self.addEventListener("message", (event) => {
  if (!event.data.faults) return;
  event.stopImmediatePropagation();
  const [method, ...args] = event.data.faults;
  event.ports[0].postMessage(faults[method](...args));
});

const tell = new URL(self.location.href).searchParams.get("tell");
if (tell) faults.watch(() => fetch(tell, { method: "POST", body: '{"checkpoint":true}' }));

import "/dist/worker.js";
