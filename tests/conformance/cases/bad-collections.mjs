// Names, metadata, configurations and client options that are refused.
import { rejects } from "../support/assert.mjs";
import { argument, check, value } from "../support/bad-input.mjs";
import { collectionOf, four, letters } from "../support/records.mjs";

const creations = [
  [{}, argument("name must be a string")],
  [{ name: "ab" }, argument('"ab"', "3 to 512")],
  [{ name: "no spaces" }, argument('"no spaces"')],
  [{ name: "a..b" }, argument('"a..b"', "two dots")],
  [{ name: "192.168.0.1" }, argument("192.168.0.1", "IP")],
  [{ name: "good", metadat: {} }, argument('"metadat"', 'mean "metadata"')],
  [{ name: "good", schema: {} }, argument('"schema"', "Known options")],
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
  [{ name: "x" }, argument('"x"', "3 to 512")],
  [{ nam: "x" }, argument('"nam"', 'mean "name"')],
  [{ metadata: {} }, value("invalid_metadata", "empty")],
  [{ configuration: { hnsw: { space: "l2" } } }, value("invalid_configuration", "space")],
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
      [() => client.listCollections({ ofset: 1 }), argument('"ofset"', 'mean "offset"')],
    ]);
  },

  async "bad client options are thrown by the constructor"({ vecino }) {
    const thrown = async (make) => make();
    await rejects(
      thrown(() => new vecino.EphemeralClient({ workers: true })),
      argument('"worker"'),
    );
    for (const options of [undefined, {}, { path: "" }, { path: 5 }]) {
      await rejects(
        thrown(() => new vecino.PersistentClient(options)),
        argument("path"),
      );
    }
  },
};
