// Runs beside the engine, in the page or in its worker: watches IndexedDB and makes it fail when it is told to.
// Must be loaded before the engine is.

/** Numbers of calls of each kind that a fault could have hit. */
let count = 0;
let plan;
let fired = false;
let paused = true;
let onCheckpoint;

export const faults = {
  /** Lets the `at`-th chance of the fault `kind` go wrong, once. */
  plan(kind, at) {
    Object.assign(this, { kind });
    [plan, count, fired, paused] = [{ kind, at }, 0, false, false];
  },
  pause: () => {
    paused = true;
  },
  resume: () => {
    paused = false;
  },
  fired: () => fired,
  /** Calls `act` without a fault; what the engine does before and after may still fail. */
  apart(act) {
    const before = paused;
    paused = true;
    try {
      return act();
    } finally {
      paused = before;
    }
  },
  /** Calls `tell` whenever a page of a checkpoint is being written. */
  watch(tell) {
    onCheckpoint = tell;
  },
};

const error = (name) => new DOMException("this fault was made by a test", name);

/** What goes wrong: on opening, on beginning a transaction, on a request, at its end. */
const kinds = {
  "throw a DataError": { open: thrower("DataError"), request: thrower("DataError") },
  "throw an UnknownError": {
    open: thrower("UnknownError"),
    begin: thrower("UnknownError"),
    request: thrower("UnknownError"),
  },
  "fail a request, UnknownError": {
    opened: failer("UnknownError"),
    requested: failer("UnknownError"),
  },
  "fail a request, DataError": { requested: failer("DataError") },
  "fail a write, QuotaExceededError": { written: failer("QuotaExceededError") },
  "abort after a request": { requested: (request) => request.transaction.abort() },
  "abort instead of committing": { commit: () => "abort" },
  "abort instead of committing, QuotaExceededError": {
    commit(transaction) {
      Object.defineProperty(transaction, "error", { value: error("QuotaExceededError") });
      return "abort";
    },
  },
  "close the connection": {
    begin(database) {
      database.close();
      database.dispatchEvent(new Event("close"));
    },
  },
  "close the connection without an event": { begin: (database) => database.close() },
  "commit, but report the connection lost": { commit: hideCompletion },
};

export const faultNames = Object.keys(kinds);

function thrower(name) {
  return () => {
    throw error(name);
  };
}

/** Transactions that must not commit before their failed request has aborted them. */
const doomed = new WeakSet();

/** The request succeeds in the browser, but whoever waits for it sees it fail and its transaction abort. */
function failer(name) {
  return (request) => {
    if (request.transaction) doomed.add(request.transaction);
    const fail = (event) => {
      event.stopImmediatePropagation();
      const cause = error(name);
      Object.defineProperty(request, "error", { value: cause });
      const { transaction } = request;
      if (request instanceof IDBOpenDBRequest) request.result.close();
      else Object.defineProperty(transaction, "error", { value: cause });
      const failure = new Event("error", { bubbles: true, cancelable: true });
      const isHandled = !request.dispatchEvent(failure);
      if (!isHandled && !(request instanceof IDBOpenDBRequest)) transaction.abort();
    };
    request.addEventListener("success", fail, { once: true });
  };
}

/** Transactions that commit, but whose end must look like an abort without a cause. */
const hidden = new WeakSet();

function hideCompletion(transaction) {
  hidden.add(transaction);
  return "commit";
}

/** Listens before anybody else does. */
function watchEnd(transaction) {
  transaction.addEventListener("complete", (event) => {
    if (!hidden.has(transaction)) return;
    event.stopImmediatePropagation();
    transaction.dispatchEvent(new Event("abort", { bubbles: true }));
  });
  return transaction;
}

/** Called at a place where `place` faults strike. Returns what the fault returns, if it is its turn. */
function strike(place, target) {
  const fault = plan && kinds[plan.kind][place];
  if (!fault || paused || fired) return undefined;
  count += 1;
  if (count !== plan.at) return undefined;
  fired = true;
  return fault(target);
}

function wrap(prototype, name, around) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    return around.call(this, (...given) => original.apply(this, given), args);
  };
}

wrap(IDBFactory.prototype, "open", function (open, args) {
  strike("open", this);
  const request = open(...args);
  strike("opened", request);
  return request;
});

wrap(IDBDatabase.prototype, "transaction", function (begin, args) {
  strike("begin", this);
  return watchEnd(begin(...args));
});

wrap(IDBTransaction.prototype, "commit", function (commit) {
  if (doomed.has(this)) return undefined;
  if (this.mode === "readwrite" && strike("commit", this) === "abort") return this.abort();
  return commit();
});

const reads = ["get", "getAll", "getAllKeys", "getKey", "count", "openCursor", "openKeyCursor"];
const writes = ["put", "add", "delete"];
for (const name of [...reads, ...writes]) {
  wrap(IDBObjectStore.prototype, name, function (make, args) {
    strike("request", this);
    const request = make(...args);
    strike("requested", request);
    if (name === "put" || name === "add") strike("written", request);
    if (name === "put" && this.name === "pages") onCheckpoint?.();
    return request;
  });
}
