// Names, metadata, configurations and client options that are refused.
import { rejects } from "../support/assert.mjs";
import { argument, check, value } from "../support/bad-input.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

const creations = [
  [{}, argument("name must be a string")],
  [{ name: "ab" }, value("invalid_name", '"ab"', "3 to 512")],
  [{ name: "no spaces" }, value("invalid_name", '"no spaces"')],
  [{ name: "a..b" }, value("invalid_name", '"a..b"', "two dots")],
  [{ name: "192.168.0.1" }, value("invalid_name", "192.168.0.1", "IP")],
  [{ name: "good", metadat: {} }, argument('"metadat"', 'mean "metadata"')],
  [{ name: "good", schemas: {} }, argument('"schemas"', 'mean "schema"', "Known options")],
  [{ name: "good", schema: {} }, argument("schema must be a Schema", "an object")],
  [
    { name: "good", configuration: { hnsw: {}, spann: {} } },
    argument("configuration holds both hnsw and spann"),
  ],
  [
    { name: "good", configuration: { spann: { search_probe: 3 } } },
    argument('"search_probe"', '"search_nprobe"'),
  ],
  [{ name: "good", metadata: {} }, value("invalid_metadata", "good", "empty")],
  [{ name: "good", metadata: 5 }, value("invalid_metadata", "the number 5")],
  [{ name: "good", configuration: "l2" }, value("invalid_configuration", '"l2"')],
  [{ name: "good", configuration: { hnws: {} } }, value("invalid_configuration", '"hnws"', "hnsw")],
  [
    { name: "good", configuration: { hnsw: { efSearch: 5 } } },
    value("invalid_configuration", '"efSearch"', '"ef_search"'),
  ],
  [
    { name: "good", configuration: { hnsw: { space: "cosin" } } },
    value("invalid_configuration", '"cosin"', '"cosine"'),
  ],
  [
    { name: "good", configuration: { hnsw: { ef_search: -1 } } },
    value("invalid_configuration", "ef_search"),
  ],
  [{ name: "good", embeddingFunction: {} }, argument("generate(texts)")],
  [
    { name: "good", embeddingFunction: letters(), configuration: { embeddingFunction: letters() } },
    argument("give it once"),
  ],
];

const modifications = [
  [{ name: "x" }, value("invalid_name", '"x"', "3 to 512")],
  [{ nam: "x" }, argument('"nam"', 'mean "name"')],
  [{ metadata: {} }, value("invalid_metadata", "empty")],
  [{ configuration: { hnsw: { space: "l2" } } }, value("invalid_configuration", "space")],
  [
    { configuration: { hnsw: { ef_construction: 9 } } },
    value("invalid_configuration", "ef_construction"),
  ],
  [
    { configuration: { spann: { ef_search: 9 } } },
    value("invalid_configuration", "no spann index"),
  ],
  [{ configuration: { hnsw: { ef_serch: 5 } } }, value("invalid_configuration", '"ef_serch"')],
];

export const cases = {
  async "bad collections"(context) {
    const { client } = context;
    const collection = await collectionOf(client, four, { metadata: { a: 1 } });
    await check(context, collection, [
      ...creations.flatMap(([options, error]) => [
        [() => client.createCollection(options), error],
        [() => client.getOrCreateCollection(options), error],
      ]),
      ...modifications.map(([options, error]) => [(target) => target.modify(options), error]),
      [() => client.createCollection("notes"), argument("expects an object", '"notes"')],
      [() => client.getCollection({ name: 5 }), argument("name must be a string", "5")],
      [() => client.getCollection({ nmae: "x" }), argument('"nmae"', 'mean "name"')],
      [() => client.deleteCollection({}), argument("name must be a string")],
      [() => client.listCollections({ limit: -1 }), argument("limit", "-1")],
      [() => client.getCollections("notes"), argument("array of names")],
      [() => client.getCollections([{ nmae: "x" }]), argument('"nmae"')],
      [() => client.getCollectionById(7), argument("id must be a string", "7")],
      [() => client.getCollectionByCrn("a:b"), argument("tenant:database:collection", '"a:b"')],
      [() => client.getCollectionByCrn("a:b:c:d"), argument("tenant:database:collection")],
      [(target) => target.count({ readLevel: "index" }), argument("readLevel", '"index_only"')],
      [(target) => target.fork({ nam: "x" }), argument('"nam"')],
      [(target) => target.fork({ name: "x" }), value("invalid_name", '"x"', "3 to 512")],
      [(target) => target.forkCount(), value("unsupported", "forkCount()")],
      [() => client.listCollections({ ofset: 1 }), argument('"ofset"', 'mean "offset"')],
    ]);
  },

  async "bad client options are thrown by the constructor"({ vecino }) {
    const thrown = async (make) => make();
    await rejects(
      thrown(() => new vecino.EphemeralClient({ workers: true })),
      argument('"worker"'),
    );
    await rejects(
      thrown(() => new vecino.EphemeralClient({ tenant: 5 })),
      argument("tenant must be a string", "5"),
    );
    await rejects(
      thrown(() => new vecino.AdminClient({ client: {} })),
      argument("AdminClient", "client must be a client", "an object"),
    );
    await rejects(
      thrown(() => new vecino.AdminClient({})),
      argument("AdminClient needs a path"),
    );
    for (const options of [undefined, {}, { path: "" }, { path: 5 }]) {
      await rejects(
        thrown(() => new vecino.PersistentClient(options)),
        argument("path"),
      );
    }
  },
};
