// One side of the comparison: a client, and the collections that operations call by the names of their slots.
// Runs in Node and in a page.
import { Letters } from "./letters.mjs";

/** What an operation answers where its collection was never made: it says nothing about either side. */
export const skipped = { skipped: true };

export class World {
  /** `connect` makes a client. */
  constructor(connect) {
    this.connect = connect;
    this.client = connect();
    this.slots = new Map();
    /** The space of each slot's collection: its object tells a wrong one once a modify of it was refused. */
    this.spaces = new Map();
  }

  /** The answer as plain JSON: `{ value }`, or the class of the error that was thrown. */
  async run(operation) {
    if (!calls[operation.call] && !this.slots.has(operation.on)) return skipped;
    try {
      return { value: JSON.parse(JSON.stringify((await this.#value(operation)) ?? null)) };
    } catch (error) {
      return { error: error?.name ?? String(error), message: String(error?.message ?? error) };
    }
  }

  #value(operation) {
    const { on, call, args } = operation;
    return calls[call] ? calls[call](this, operation) : this.slots.get(on)[call](prepared(args));
  }

  /** Closes the client and opens what it kept once more. */
  async reopen() {
    const collections = [...this.slots];
    await this.client.close();
    this.client = this.connect();
    for (const [slot, { name, embeddingFunction }] of collections) {
      this.slots.set(slot, await this.client.getCollection({ name, embeddingFunction }));
    }
  }
}

const calls = {
  async createCollection(world, operation) {
    return made(world, operation, await world.client.createCollection(prepared(operation.args)));
  },
  async getOrCreateCollection(world, operation) {
    return made(
      world,
      operation,
      await world.client.getOrCreateCollection(prepared(operation.args)),
    );
  },
  async getCollection(world, { args }) {
    return described(await world.client.getCollection(args));
  },
  async describe(world, { args }) {
    return described(await world.client.getCollection(args));
  },
  async listCollections(world, { args }) {
    const names = (await world.client.listCollections(args)).map(({ name }) => name).sort();
    // Which ones a limit leaves is a matter of the order, and that differs.
    const listed = args.limit === undefined ? { names } : { listed: names.length };
    return { ...listed, count: await world.client.countCollections() };
  },
  deleteCollection: (world, { args }) => world.client.deleteCollection(args),
};

function made(world, { on }, collection) {
  if (on) {
    world.slots.set(on, collection);
    world.spaces.set(on, collection.configuration.hnsw.space);
  }
  return described(collection);
}

function described({ name, metadata, configuration }) {
  const { hnsw, embedding_function } = configuration;
  return { name, metadata, hnsw, embedding_function };
}

/** What JSON cannot hold, in place of the words for it. */
function prepared({ form, ...args }) {
  if (args.embeddingFunction === "letters") args.embeddingFunction = new Letters();
  if (form === "float32") args.embeddings = args.embeddings.map((row) => Float32Array.from(row));
  return args;
}
