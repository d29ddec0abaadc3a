// Section 13: embedding functions.
import { equal } from "../../conformance/support/assert.mjs";
import { Lengths, refused } from "../support.mjs";

let registered = 0;

/** A class under a name that no other test registers. */
function newClass() {
  registered += 1;
  const name = `lengths-${registered}`;
  return class Registered extends Lengths {
    name = name;

    static buildFromConfig(config) {
      return new Registered(config);
    }
  };
}

export const rules = {
  async "13.1 a function with a name, settings and a static builder is stored by name"(world) {
    const things = await world.things(undefined, { embeddingFunction: new Lengths({ scale: 3 }) });
    equal(things.configuration.embedding_function, {
      type: "known",
      name: "lengths",
      config: { scale: 3 },
    });
  },
  async "13.2 one that lacks any of them is stored as legacy and has to be passed again"(world) {
    const embeddingFunction = { name: "plain", generate: async (texts) => texts.map(() => [1]) };
    await world.client.createCollection({ name: "things", embeddingFunction });
    const things = await world.again();
    equal(things.configuration.embedding_function, { type: "legacy" });
    await refused("ChromaValueError", () => things.add({ ids: ["a"], documents: ["x"] }));
    const passed = await world.again(embeddingFunction);
    await passed.add({ ids: ["a"], documents: ["x"] });
    equal(await passed.count(), 1);
  },
  async "13.3 null means none; nothing means the default function, by name"(world) {
    const none = await world.things();
    equal(none.configuration.embedding_function, null);
    await world.client.createCollection({ name: "usual" });
    const usual = await world.again(undefined, "usual");
    equal(usual.configuration.embedding_function, { type: "known", name: "default", config: {} });
    await refused("ChromaValueError", () => none.add({ ids: ["a"], documents: ["x"] }));
  },
  async "13.4 a registered class is built again, with its settings, for every way to a collection"(
    world,
  ) {
    const Registered = newClass();
    const embeddingFunction = new Registered({ scale: 4 });
    world.chromadb.registerEmbeddingFunction(embeddingFunction.name, Registered);
    await world.client.createCollection({ name: "things", embeddingFunction });
    const things = await world.again();
    const [listed] = await world.client.listCollections();
    const existing = await world.client.getOrCreateCollection({ name: "things" });
    for (const collection of [things, listed, existing])
      equal(collection.embeddingFunction.scale, 4);
    await things.add({ ids: ["a"], documents: ["abc"] });
    equal((await things.get({ include: ["embeddings"] })).embeddings, [[12, 1]]);
  },
  async "13.5 a name is registered once"(world) {
    const Registered = newClass();
    const { name } = new Registered();
    world.chromadb.registerEmbeddingFunction(name, Registered);
    await refused("ChromaValueError", async () =>
      world.chromadb.registerEmbeddingFunction(name, Registered),
    );
  },
  async "13.6 a function in both places is refused"(world) {
    const embeddingFunction = new Lengths();
    await refused("ChromaValueError", () =>
      world.client.createCollection({
        name: "both",
        embeddingFunction,
        configuration: { embeddingFunction },
      }),
    );
  },
  async "13.7 settings that the function refuses make no collection"(world) {
    class Strict extends Lengths {
      validateConfig({ scale }) {
        if (scale > 1) throw new RangeError("too large");
      }
    }
    await refused("RangeError", () =>
      world.client.createCollection({
        name: "strict",
        embeddingFunction: new Strict({ scale: 2 }),
      }),
    );
    equal(await (await world.midway()).countCollections(), 0);
  },
  async "13.8 another function may be passed for a collection, and is used unchecked"(world) {
    const things = await world.things(
      { ids: ["a"], documents: ["ab"] },
      { embeddingFunction: new Lengths() },
    );
    equal((await things.get({ include: ["embeddings"] })).embeddings, [[2, 1]]);
    const other = await world.again(new Lengths({ scale: 10 }));
    await other.update({ ids: ["a"], documents: ["ab"] });
    equal((await other.get({ include: ["embeddings"] })).embeddings, [[20, 1]]);
  },
  async "13.9 modify asks the function in use whether another may follow"(world) {
    class Faithful extends Lengths {
      validateConfigUpdate({ scale }) {
        if (scale !== 2) throw new RangeError("only twice");
      }
    }
    const things = await world.things(undefined, { embeddingFunction: new Faithful() });
    const change = (scale) =>
      things.modify({ configuration: { embeddingFunction: new Lengths({ scale }) } });
    await refused("RangeError", () => change(3));
    await change(2);
    equal((await world.again()).configuration.embedding_function.config, { scale: 2 });
  },
  async "13.10 what a function throws arrives unchanged; a wrong number of vectors is refused; nothing is written"(
    world,
  ) {
    const failing = { generate: async () => Promise.reject(new RangeError("no")) };
    const things = await world.things(undefined, { embeddingFunction: failing });
    await refused("RangeError", () => things.add({ ids: ["a"], documents: ["x"] }));
    const short = await world.again({ generate: async () => [[1]] });
    await refused("ChromaClientError", () => short.add({ ids: ["a", "b"], documents: ["x", "y"] }));
    equal(await (await world.again()).count(), 0);
  },
};
