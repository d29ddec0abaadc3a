// Filling a store: until everything can be found, and until everything is linked.

/** How often linking is looked at, in milliseconds. */
const LOOK = 250;
/** Linking that has not begun by then will not: the collection is small enough to be scanned. */
const PATIENCE = 5_000;

/** `{ addMs, records }`: the time until every record is stored and can be found. */
export async function fill(store, data, vectorsOnly) {
  await store.create();
  const slowest = longestTask();
  const start = performance.now();
  const batchMs = [];
  for (const batch of data.batches(vectorsOnly)) {
    const before = performance.now();
    await store.add(batch);
    batchMs.push(performance.now() - before);
  }
  const addMs = performance.now() - start;
  const { records, unlinked, wasmBytes } = await store.stats();
  if (records !== data.records.length) throw new Error(`${records} records after adding`);
  return { addMs, batchMs, unlinked, wasmBytes, longestTaskMs: slowest() };
}

/**
 * Waits until the background work has linked every record, asking a query now and then: `{ linkMs, queryMs }`,
 * or `linkMs` undefined where the package does not link so few.
 */
export async function untilLinked(store, data, k) {
  const slowest = longestTask();
  const start = performance.now();
  const queryMs = [];
  for (let look = 0; ; look += 1) {
    const { unlinked, records } = await store.stats();
    const passed = performance.now() - start;
    if (unlinked === 0) return { linkMs: passed, queryMs, longestTaskMs: slowest() };
    if (unlinked === records && passed > PATIENCE) return { linkMs: undefined, queryMs: [] };
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const before = performance.now();
    await store.query(data.query(look % data.shape.queries), k);
    queryMs.push(performance.now() - before);
  }
}

/** Resolves with the origin's storage in bytes once it has not changed for some seconds. */
export async function settledStorage() {
  let last = -1;
  for (;;) {
    const { usage, usageDetails } = await navigator.storage.estimate();
    const bytes = usageDetails?.indexedDB ?? usage;
    if (bytes === last) return bytes;
    last = bytes;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
  }
}

/** Begins to watch the page's thread; the function that it gives tells its longest task in milliseconds. */
function longestTask() {
  let longest = 0;
  const see = (entries) => {
    for (const { duration } of entries) longest = Math.max(longest, duration);
  };
  const observer = new PerformanceObserver((list) => see(list.getEntries()));
  observer.observe({ type: "longtask" });
  return () => {
    see(observer.takeRecords());
    observer.disconnect();
    return longest;
  };
}
