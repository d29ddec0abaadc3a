import { equal, rejects } from "../support/assert.mjs";
import { letters } from "../support/records.mjs";

const defaults = {
  space: "l2",
  ef_construction: 100,
  ef_search: 100,
  max_neighbors: 16,
  resize_factor: 1.2,
  sync_threshold: 1000,
};

export const cases = {
  async "a configuration reads as Chroma's, under both names of the embedding function"({
    client,
  }) {
    const { configuration } = await client.createCollection({ name: "notes" });
    const stored = { type: "known", name: "default", config: {} };
    equal(JSON.parse(JSON.stringify(configuration)), {
      hnsw: defaults,
      spann: null,
      embedding_function: stored,
    });
    equal(configuration.embeddingFunction, stored);
    equal((await client.getCollection({ name: "notes" })).configuration, configuration);
  },

  async "what is not used here is kept, or taken and not kept, as in Chroma"({ client }) {
    const kept = { resize_factor: 1.5, sync_threshold: 50 };
    const hnsw = { ...kept, num_threads: 2, batch_size: 30 };
    const made = await client.createCollection({ name: "notes", configuration: { hnsw } });
    equal(made.configuration.hnsw, { ...defaults, ...kept });
    await made.modify({ configuration: { hnsw: { sync_threshold: 60, num_threads: 3 } } });
    equal(made.configuration.hnsw, { ...defaults, ...kept, sync_threshold: 60 });
    equal((await client.getCollection({ name: "notes" })).configuration, made.configuration);
  },

  async "one collection's configuration makes another like it"({ client }) {
    const hnsw = { space: "cosine", ef_search: 31, max_neighbors: 8 };
    const first = await client.createCollection({
      name: "first",
      configuration: { hnsw },
      embeddingFunction: null,
    });
    const { configuration } = first;
    const second = await client.createCollection({ name: "second", configuration });
    equal(second.configuration, {
      ...configuration,
      embedding_function: second.configuration.embedding_function,
    });
    const third = await client.createCollection({
      name: "third",
      configuration: { ...second.configuration },
      embeddingFunction: letters(),
    });
    equal(third.configuration.hnsw, configuration.hnsw);
    equal(third.configuration.embedding_function, { type: "legacy" });
  },

  async "a spann configuration gives the space of the one index that there is"({ client }) {
    const configuration = { spann: { space: "ip", search_nprobe: 5 } };
    const made = await client.createCollection({ name: "notes", configuration });
    equal(
      [made.configuration.hnsw, made.configuration.spann],
      [{ ...defaults, space: "ip" }, null],
    );
  },

  async "max_neighbors and ef_search can be changed; the rest stays"({ client }) {
    const hnsw = { space: "cosine", ef_construction: 77 };
    const made = await client.createCollection({ name: "notes", configuration: { hnsw } });
    await made.modify({ configuration: { hnsw: { max_neighbors: 24, ef_search: 200 } } });
    equal(made.configuration.hnsw, { ...defaults, ...hnsw, max_neighbors: 24, ef_search: 200 });
    await made.modify({ configuration: {} });
    await made.modify({});
    equal((await client.getCollection({ name: "notes" })).configuration, made.configuration);
  },

  async "the space: configuration, then metadata, then the embedding function, then l2"({
    client,
  }) {
    const embeddingFunction = {
      ...letters(),
      defaultSpace: () => "cosine",
      supportedSpaces: () => ["cosine", "l2"],
    };
    let n = 0;
    const spaceOf = async (options) => {
      n += 1;
      const name = `notes-${n}`;
      const made = await client.createCollection({ name, embeddingFunction, ...options });
      return made.configuration.hnsw.space;
    };
    const hnsw = (settings) => ({ configuration: { hnsw: settings } });
    const legacy = { metadata: { "hnsw:space": "ip" } };
    equal(await spaceOf({}), "cosine");
    equal(await spaceOf(hnsw({ ef_search: 7 })), "cosine");
    equal(await spaceOf(hnsw({ space: "ip" })), "ip");
    equal(await spaceOf(legacy), "ip");
    equal(await spaceOf({ ...legacy, ...hnsw({ space: "l2" }) }), "l2");
    equal(await spaceOf({ ...legacy, ...hnsw({ ef_search: 7 }) }), "cosine");
    equal(await spaceOf({ ...legacy, ...hnsw({ ef_search: 7 }), embeddingFunction: null }), "l2");
    equal(await spaceOf({ configuration: { spann: { search_nprobe: 3 } } }), "cosine");
    equal(
      await spaceOf({ embeddingFunction: null, configuration: { embeddingFunction } }),
      "cosine",
    );
    const half = { ...embeddingFunction, supportedSpaces: undefined };
    equal(await spaceOf({ embeddingFunction: half }), "l2");
    equal(await spaceOf({ embeddingFunction: undefined }), "l2");
  },

  async "a refused configuration changes nothing"({ client }) {
    const made = await client.createCollection({ name: "notes" });
    const before = JSON.stringify(made.configuration);
    await rejects(made.modify({ name: "other", configuration: { hnsw: { space: "ip" } } }), {
      code: "invalid_configuration",
      name: "ChromaClientError",
    });
    const again = await client.getCollection({ name: "notes" });
    equal([JSON.stringify(made.configuration), made.name], [before, "notes"]);
    equal(JSON.stringify(again.configuration), before);
  },
};
