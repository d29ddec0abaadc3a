// What is stored of an embedding function, and that it is built again where its class is registered.
import { equal, ok, rejects } from "../support/assert.mjs";
import { letters } from "../support/records.mjs";

let made = 0;

/** A class of functions that multiply the length of a text, registered under a name of its own. */
function lengths(vecino) {
  made += 1;
  const name = `lengths-${made}`;
  class Lengths {
    name = name;
    constructor(factor) {
      this.factor = factor;
    }
    async generate(texts) {
      return texts.map((text) => [text.length * this.factor, 1]);
    }
    getConfig() {
      return { factor: this.factor };
    }
    validateConfig({ factor }) {
      if (factor > 9) throw new Error("a factor is at most 9");
    }
    validateConfigUpdate({ factor }) {
      if (factor !== this.factor) throw new Error("the factor cannot change");
    }
    static buildFromConfig({ factor }) {
      if (factor === 5) throw new Error("five is out of stock");
      return new Lengths(factor);
    }
  }
  return { name, Lengths, register: () => vecino.registerEmbeddingFunction(name, Lengths) };
}

const embeddingsOf = async (collection) =>
  (await collection.get({ include: ["embeddings"] })).embeddings;

export const cases = {
  async "a function of a registered class is built again by every way to the collection"({
    client,
    vecino,
  }) {
    const { name, Lengths, register } = lengths(vecino);
    register();
    const embeddingFunction = new Lengths(2);
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    equal(notes.embeddingFunction === embeddingFunction, true);
    const stored = { type: "known", name, config: { factor: 2 } };
    equal(notes.configuration.embedding_function, stored);
    await notes.add({ ids: ["a"], documents: ["four"] });
    for (const found of [
      await client.getCollection({ name: "notes" }),
      await client.getCollectionById(notes.id),
      (await client.listCollections())[0],
      await client.getOrCreateCollection({ name: "notes" }),
      (await client.getCollections(["notes"]))[0],
      await client.getCollectionByCrn("default_tenant:default_database:notes"),
    ]) {
      ok(found.embeddingFunction instanceof Lengths, "the function was built again");
      equal([found.embeddingFunction.factor, found.configuration.embedding_function], [2, stored]);
      equal((await found.query({ queryTexts: ["ofour"] })).distances, [[4]]);
    }
  },

  async "no function, none named and one without a class are told apart"({ client }) {
    const storedOf = async (name, options) =>
      (await client.createCollection({ name, ...options })).configuration.embedding_function;
    equal(await storedOf("none", { embeddingFunction: null }), null);
    const byDefault = { type: "known", name: "default", config: {} };
    equal(await storedOf("default"), byDefault);
    equal(await storedOf("object", { embeddingFunction: letters() }), { type: "legacy" });
    for (const [name, reason] of [
      ["none", "it was created without one"],
      ["default", "Chroma's default model does not come with Vecino"],
      ["object", "cannot be built again"],
    ]) {
      const collection = await client.getCollection({ name });
      equal(collection.embeddingFunction, undefined);
      await rejects(collection.add({ ids: ["a"], documents: ["x"] }), {
        code: "invalid_argument",
        name: "ChromaValueError",
        says: [
          reason,
          `"${name}"`,
          "pass embeddings",
          "pass embeddingFunction to createCollection",
        ],
      });
      equal(await collection.count(), 0);
    }
  },

  async "a class that is not registered, or cannot build, is named where it is needed"({
    client,
    vecino,
  }) {
    const { name, Lengths, register } = lengths(vecino);
    await client.createCollection({ name: "two", embeddingFunction: new Lengths(2) });
    await client.createCollection({ name: "five", embeddingFunction: new Lengths(5) });
    const says = [`"${name}"`, "registerEmbeddingFunction"];
    const two = await client.getCollection({ name: "two" });
    equal([two.embeddingFunction, await two.count()], [undefined, 0]);
    await rejects(two.query({ queryTexts: ["x"] }), { code: "invalid_argument", says });
    register();
    const five = await client.getCollection({ name: "five" });
    await rejects(five.add({ ids: ["a"], documents: ["x"] }), {
      code: "invalid_argument",
      says: [`"${name}" could not be built again`, "five is out of stock"],
    });
    const given = await client.getCollection({ name: "two", embeddingFunction: new Lengths(3) });
    await given.add({ ids: ["a"], documents: ["four"] });
    equal(await embeddingsOf(given), [[12, 1]]);
  },

  async "getOrCreate uses the function it is given; what is stored stays"({ client, vecino }) {
    const { Lengths, register } = lengths(vecino);
    register();
    await client.createCollection({ name: "notes", embeddingFunction: new Lengths(2) });
    const embeddingFunction = new Lengths(3);
    const again = await client.getOrCreateCollection({ name: "notes", embeddingFunction });
    equal(again.embeddingFunction === embeddingFunction, true);
    equal(again.configuration.embedding_function.config, { factor: 2 });
    equal((await client.getCollection({ name: "notes" })).embeddingFunction.factor, 2);
  },

  async "a function that shows another model or dimension than the stored one is refused by every way"({
    client,
  }) {
    class Model {
      constructor(name, config) {
        Object.assign(this, { name, getConfig: () => config });
      }
      generate(texts) {
        return texts.map((text) => [text.length, 1]);
      }
      static buildFromConfig() {
        throw new Error("only given by hand");
      }
    }
    const model = (name, config) => new Model(name, config);
    const embeddingFunction = model("service", { model_name: "small", dimensions: 2 });
    await client.createCollection({ name: "notes", embeddingFunction });
    const open = (embeddingFunction) => client.getCollection({ name: "notes", embeddingFunction });
    const refused = [
      [model("service", { model_name: "large", dimensions: 2 }), "small", "large"],
      [model("other", { model: "large" }), "small", "large"],
      [model("service", { model_name: "small", dimensions: 3 }), "2", "3"],
      [model("service", { model_name: "small", dimension: 3 }), "dimension"],
    ];
    for (const [given, ...says] of refused) {
      const expected = {
        code: "invalid_argument",
        name: "ChromaValueError",
        says: ["notes", ...says],
      };
      await rejects(open(given), expected);
      const options = { name: "notes", embeddingFunction: given };
      await rejects(client.getOrCreateCollection(options), expected);
      await rejects(client.getCollections([options]), expected);
    }
    const accepted = [
      model("service", { model_name: "small", dimensions: 2, batch_size: 3 }),
      model("proxy", { model: "small" }),
      letters(),
      { generate: letters().generate, name: "bare" },
    ];
    for (const given of accepted) equal((await open(given)).embeddingFunction === given, true);
    const byDefault = await client.createCollection({ name: "default" });
    equal(byDefault.configuration.embedding_function.name, "default");
    const later = { name: "default", embeddingFunction };
    equal((await client.getCollection(later)).embeddingFunction === embeddingFunction, true);
  },

  async "modify stores another function, if the one in use allows it"({ client, vecino }) {
    const { name, Lengths, register } = lengths(vecino);
    register();
    const notes = await client.createCollection({ name: "notes" });
    await notes.modify({ configuration: { embeddingFunction: new Lengths(2) } });
    const stored = { type: "known", name, config: { factor: 2 } };
    equal(notes.configuration.embedding_function, stored);
    const again = await client.getCollection({ name: "notes" });
    equal([again.embeddingFunction.factor, again.configuration.embedding_function], [2, stored]);
    const refused = again.modify({
      name: "other",
      configuration: { embeddingFunction: new Lengths(3) },
    });
    equal((await refused.catch((error) => error)).message, "the factor cannot change");
    equal([again.name, again.embeddingFunction.factor], ["notes", 2]);
    equal((await client.getCollection({ name: "notes" })).embeddingFunction.factor, 2);
    await again.modify({ name: "other" });
    equal((await client.getCollection({ name: "other" })).embeddingFunction.factor, 2);
  },

  async "settings that a function itself refuses, or that cannot be stored, make no collection"({
    client,
    vecino,
  }) {
    const { name, Lengths, register } = lengths(vecino);
    register();
    const options = { name: "notes", embeddingFunction: new Lengths(10) };
    const error = await client.createCollection(options).catch((caught) => caught);
    equal(error.message, "a factor is at most 9");
    const odd = Object.assign(new Lengths(1), {
      getConfig: () => ({ factor: 1, since: new Date() }),
    });
    await rejects(client.createCollection({ name: "notes", embeddingFunction: odd }), {
      code: "invalid_configuration",
      says: [`"${name}"`, '"since"', "Date"],
    });
    equal(await client.countCollections(), 0);
    await rejects((async () => register())(), {
      code: "invalid_argument",
      says: [`"${name}"`, "already registered"],
    });
  },

  async "OpenAI's function is stored without its key, and asks for it again"({
    client,
    vecino,
    chromadb,
  }) {
    const key = "sk-secret";
    const seen = [];
    const fetch = async (url, { headers, body }) => {
      seen.push([url, headers.Authorization]);
      const data = JSON.parse(body).input.map((text, index) => ({
        index,
        embedding: [text.length, 1],
      }));
      return new Response(JSON.stringify({ data }));
    };
    const { OpenAIEmbeddingFunction } = vecino;
    const apiKeyEnvVar = "VECINO_TEST_KEY_THAT_IS_NOT_SET";
    const baseUrl = "https://embeddings.example/v1";
    const embeddingFunction = new OpenAIEmbeddingFunction({
      apiKey: key,
      apiKeyEnvVar,
      baseUrl,
      model: "m",
      fetch,
    });
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    const { config } = notes.configuration.embedding_function;
    equal(config, { api_key_env_var: apiKeyEnvVar, api_base: baseUrl, model_name: "m" });
    equal(notes.configuration.hnsw.space, "cosine");
    await notes.add({ ids: ["a"], documents: ["four"] });

    vecino.registerEmbeddingFunction("openai", OpenAIEmbeddingFunction);
    try {
      const locked = await client.getCollection({ name: "notes" });
      equal(await locked.count(), 1);
      await rejects(locked.query({ queryTexts: ["x"] }), {
        code: "invalid_argument",
        says: ["key is not stored", apiKeyEnvVar, baseUrl, '"m"', "new OpenAIEmbeddingFunction"],
      });
    } finally {
      chromadb.knownEmbeddingFunctions.delete("openai");
    }
    const unlocked = OpenAIEmbeddingFunction.buildFromConfig(config, { apiKey: "sk-again", fetch });
    const opened = await client.getCollection({ name: "notes", embeddingFunction: unlocked });
    equal((await opened.query({ queryTexts: ["five5"], nResults: 1 })).ids, [["a"]]);
    const url = `${baseUrl}/embeddings`;
    equal(seen, [
      [url, `Bearer ${key}`],
      [url, "Bearer sk-again"],
    ]);
    const other = new OpenAIEmbeddingFunction({ baseUrl, model: "n", fetch });
    await rejects(opened.modify({ configuration: { embeddingFunction: other } }), {
      code: "invalid_argument",
      says: ["m (dimensions", "n (dimensions"],
    });
  },
};

/** Only for clients that keep their data. */
export const persistentCases = {
  async "a stored function is built again after reopening"({ client, vecino, reopen }) {
    const { Lengths, register } = lengths(vecino);
    register();
    await client.createCollection({ name: "notes", embeddingFunction: new Lengths(2) });
    await client.createCollection({ name: "bare", embeddingFunction: null });
    const again = await reopen();
    const notes = await again.getCollection({ name: "notes" });
    equal(notes.embeddingFunction.factor, 2);
    await notes.add({ ids: ["a"], documents: ["four"] });
    equal(await embeddingsOf(notes), [[8, 1]]);
    equal((await again.getCollection({ name: "bare" })).configuration.embedding_function, null);
  },
};
