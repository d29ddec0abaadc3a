// What the process outside knows of a collection that several lanes write: which calls it has seen begin and which it
// has seen resolve. From that follows what may be stored.
import { applied, brief, operationOf, SHARED } from "./operations.mjs";

/** When a call ended whose end nobody has seen. */
const CUT_OFF = Number.POSITIVE_INFINITY;

export class Ledger {
  #seed;
  /** By lane: the records after every resolved call, and the number of the call that has not resolved. */
  #lanes = new Map();
  /** Calls on the shared ids, with the ticks at which they began and ended. */
  #shared = [{ stamp: undefined, began: -1, ended: 0 }];
  #tick = 0;
  acknowledged = 0;
  unacknowledged = 0;
  /** Of the unacknowledged calls, how many were found to have happened. */
  happened = 0;

  constructor(seed) {
    this.#seed = seed;
  }

  /** The number of the next call of a lane. */
  next(lane) {
    return this.#lane(lane).next;
  }

  /** Call `n` of a lane is about to be made. */
  begins(lane, n) {
    const state = this.#lane(lane);
    if (state.pending !== undefined) throw new Error(`lane ${lane}: ${n} began within another`);
    this.#tick += 1;
    Object.assign(state, { pending: n, next: n + 1 });
    const { shared, method } = operationOf(this.#seed, lane, n);
    if (!shared) return;
    const stamp = method === "delete" ? undefined : shared;
    this.#shared.push({ name: shared, stamp, began: this.#tick, ended: CUT_OFF });
  }

  /** Call `n` of a lane has resolved. */
  resolved(lane, n) {
    const state = this.#lane(lane);
    if (state.pending !== n) throw new Error(`lane ${lane}: ${n} resolved, but did not begin`);
    this.#tick += 1;
    this.acknowledged += 1;
    state.pending = undefined;
    const operation = operationOf(this.#seed, lane, n);
    if (!operation.shared) state.records = applied(state.records, operation);
    else this.#shared.find(({ name }) => name === operation.shared).ended = this.#tick;
  }

  /** Whether the last call of a lane was cut off. */
  isPending(lane) {
    return this.#lane(lane).pending !== undefined;
  }

  /** As `settle`, for a lane's own ids alone. */
  settleLane(lane, stored) {
    this.#settleLane(lane, this.#lane(lane), stored);
  }

  /**
   * Holds `stored`, entries `[id, brief record]` in order, against the calls. Throws when an acknowledged call is missing
   * or any call is there in part. Calls without an acknowledgement are then known to have happened or not.
   */
  settle(stored) {
    const lanes = Map.groupBy ? Map.groupBy(stored, laneOf) : groupBy(stored, laneOf);
    for (const [lane, state] of this.#lanes) this.#settleLane(lane, state, lanes.get(lane) ?? []);
    for (const lane of lanes.keys()) {
      if (lane !== "shared" && !this.#lanes.has(lane)) throw new Error(`records of lane ${lane}`);
    }
    this.#settleShared(lanes.get("shared") ?? []);
  }

  #settleLane(lane, state, stored) {
    const before = lines(state.records);
    const found = stored.map(([id, record]) => `${id} ${record}`);
    const { pending } = state;
    state.pending = undefined;
    if (pending === undefined) return equal(found, before, `lane ${lane}`);
    this.unacknowledged += 1;
    const operation = operationOf(this.#seed, lane, pending);
    if (operation.shared) return equal(found, before, `lane ${lane}`);
    const after = applied(state.records, operation);
    if (found.join("\n") === lines(after).join("\n")) {
      state.records = after;
      this.happened += 1;
      return;
    }
    equal(found, before, `lane ${lane} with call ${pending} (${operation.method}) unacknowledged`);
  }

  #settleShared(stored) {
    const stamps = new Set(stored.map(([, record]) => stampOf(record)));
    const whole = stored.length === 0 || (stored.length === SHARED.length && stamps.size === 1);
    if (!whole) throw new Error(`the shared ids hold ${[...stamps]} in ${stored.length} records`);
    const [stamp] = stamps;
    // A later call that has not resolved may not have happened, and then it has overwritten nothing.
    const overwrites = (other, call) => other.ended < CUT_OFF && other.began > call.ended;
    const last = this.#shared.filter(
      (call) => !this.#shared.some((other) => overwrites(other, call)),
    );
    const call = last.find((candidate) => candidate.stamp === stamp);
    if (!call) {
      const names = last.map(({ name, stamp }) => (stamp ? name : `${name} (delete)`));
      throw new Error(`the shared ids hold ${stamp}, expected the last of ${names.join(", ")}`);
    }
    this.#tick += 1;
    this.#shared = [{ ...call, began: -1, ended: this.#tick }];
  }

  #lane(lane) {
    if (!this.#lanes.has(lane)) {
      this.#lanes.set(lane, { records: new Map(), pending: undefined, next: 0 });
    }
    return this.#lanes.get(lane);
  }
}

function laneOf([id]) {
  const [, lane] = /^lane(\d+)-/.exec(id) ?? [];
  return lane === undefined ? "shared" : Number(lane);
}

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const stampOf = (record) => JSON.parse(record)[2].find(([key]) => key === "stamp")?.[1];

const lines = (records) => [...records].map(([id, record]) => `${id} ${brief(record)}`);

function equal(found, expected, where) {
  if (found.join("\n") === expected.join("\n")) return;
  const missing = expected.filter((line) => !found.includes(line));
  const surplus = found.filter((line) => !expected.includes(line));
  const cut = (list) => list.slice(0, 3).map((line) => line.slice(0, 400));
  throw new Error(
    `${where}: ${missing.length} records missing or different, ${surplus.length} not expected` +
      `${missing.length + surplus.length === 0 ? ", the order differs" : ""}\n` +
      `expected ${cut(missing).join("\n         ")}\nfound    ${cut(surplus).join("\n         ")}`,
  );
}
