// Section 12: configurations.
import { equal } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { Lengths, refused } from "../support.mjs";

const defaults = {
  space: "l2",
  ef_construction: 100,
  ef_search: 100,
  max_neighbors: 16,
  resize_factor: 1.2,
  sync_threshold: 1000,
};

class Dot extends Lengths {
  defaultSpace = () => "ip";
  supportedSpaces = () => ["ip", "l2"];
}

export const rules = {
  async "12.1 the defaults are Chroma's"(world) {
    const { hnsw, embedding_function } = (await world.things()).configuration;
    equal([hnsw, embedding_function], [defaults, null]);
  },
  async "12.2 what is given is kept; num_threads and batch_size are taken and not told"(world) {
    const hnsw = {
      space: "cosine",
      ef_search: 50,
      max_neighbors: 8,
      num_threads: 4,
      batch_size: 10,
    };
    const things = await world.things(undefined, { configuration: { hnsw } });
    equal(things.configuration.hnsw, {
      ...defaults,
      space: "cosine",
      ef_search: 50,
      max_neighbors: 8,
    });
  },
  async "12.3 unknown keys, wrong types and negative numbers are refused"(world) {
    const bad = [
      { ef: 1 },
      { space: "x" },
      { ef_search: "many" },
      { ef_search: -1 },
      { max_neighbors: 1.5 },
    ];
    for (const hnsw of bad) {
      const error = await world.client
        .createCollection({ name: "bad", configuration: { hnsw } })
        .catch((caught) => caught);
      equal(/^Chroma(Client|Value)Error$/.test(error.name), true, JSON.stringify(hnsw));
    }
    equal(await (await world.midway()).countCollections(), 0);
  },
  async "12.4 hnsw and spann together are refused; spann alone gives its space"(world) {
    await refused("ChromaValueError", () =>
      world.client.createCollection({ name: "both", configuration: { hnsw: {}, spann: {} } }),
    );
    const things = await world.things(undefined, { configuration: { spann: { space: "cosine" } } });
    equal(things.configuration.hnsw.space, "cosine");
  },
  async "12.5 the hnsw keys of the metadata configure, and stay there"(world) {
    const metadata = {
      "hnsw:space": "ip",
      "hnsw:search_ef": 33,
      "hnsw:M": 9,
      "hnsw:construction_ef": 44,
    };
    const things = await world.things(undefined, { metadata });
    const { space, ef_search, max_neighbors, ef_construction } = things.configuration.hnsw;
    equal([space, ef_search, max_neighbors, ef_construction], ["ip", 33, 9, 44]);
    equal(things.metadata, metadata);
  },
  async "12.6 the space: configuration, then the function beside an index, then metadata, then the function, then l2"(
    world,
  ) {
    const metadata = { "hnsw:space": "cosine" };
    const embeddingFunction = new Dot();
    const table = [
      [{ configuration: { hnsw: { space: "l2" } }, metadata, embeddingFunction }, "l2"],
      [{ configuration: { hnsw: { ef_search: 9 } }, metadata, embeddingFunction }, "ip"],
      [{ metadata, embeddingFunction }, "cosine"],
      [{ embeddingFunction }, "ip"],
      [{ configuration: { hnsw: { ef_search: 9 } }, metadata }, "l2"],
      [{}, "l2"],
    ];
    for (const [options, space] of table) {
      const things = await world.things(undefined, options);
      equal(things.configuration.hnsw.space, space, JSON.stringify(options));
      await world.client.deleteCollection({ name: "things" });
    }
  },
  async "12.7 modify changes ef_search and max_neighbors; space and ef_construction it refuses"(
    world,
  ) {
    const things = await world.things(four);
    await things.modify({ configuration: { hnsw: { ef_search: 7, max_neighbors: 9 } } });
    for (const hnsw of [{ space: "ip" }, { ef_construction: 5 }]) {
      const error = await things.modify({ configuration: { hnsw } }).catch((caught) => caught);
      equal(/^Chroma(Client|Value)Error$/.test(error.name), true, JSON.stringify(hnsw));
    }
    const { configuration } = await world.again();
    equal(configuration.hnsw, { ...defaults, ef_search: 7, max_neighbors: 9 });
  },
  async "12.8 a rename keeps id, records and metadata; modify of nothing changes nothing"(world) {
    const things = await world.things(four, { metadata: { n: 1 } });
    await things.modify({ name: "renamed" });
    await things.modify({});
    const renamed = await world.again(undefined, "renamed");
    equal([renamed.id, renamed.metadata, await renamed.count()], [things.id, { n: 1 }, 4]);
  },
  async "12.9 hnsw keys in modified metadata are metadata and nothing else"(world) {
    const things = await world.things(four);
    await things.modify({ metadata: { "hnsw:space": "ip" } });
    const { configuration, metadata } = await world.again();
    equal([configuration.hnsw.space, metadata], ["l2", { "hnsw:space": "ip" }]);
  },
};
