// What each service's function sends, and that its limits, order and tasks are kept; the same in Node and in a page.
import { equal, near, ok, rejects } from "../conformance/support/assert.mjs";

export const key = "key-of-a-service-0123456789";
const baseUrls = {
  dashscope: "/api/v1",
  ollama: "",
  jina: "/v1",
  cohere: "/v2",
  mistral: "/v1",
  voyageai: "/v1",
  "google-generative-ai": "/v1beta",
  "huggingface-server": "",
  "cloudflare-worker-ai": "/run",
};

/** name: [class, options, sizes of requests for 250 texts, what a document and what a question carry]. */
const presets = {
  dashscope: [
    "DashScopeEmbeddingFunction",
    { dimensions: 4, instruct: "Find passages" },
    Array(25).fill(10),
    ({ parameters }) => [parameters.text_type, parameters.dimension, parameters.instruct],
    [
      ["document", 4, undefined],
      ["query", 4, "Find passages"],
    ],
  ],
  ollama: [
    "OllamaEmbeddingFunction",
    { model: "nomic-embed-text", truncate: false, queryPrefix: "search_query: " },
    [...Array(7).fill(32), 26],
    ({ input, truncate }) => [input[0], truncate],
    [
      ["a", false],
      ["search_query: a", false],
    ],
  ],
  jina: [
    "JinaEmbeddingFunction",
    { modelName: "jina-embeddings-v3", dimensions: 4 },
    [128, 122],
    ({ task, dimensions }) => [task, dimensions],
    [
      ["retrieval.passage", 4],
      ["retrieval.query", 4],
    ],
  ],
  cohere: [
    "CohereEmbeddingFunction",
    {},
    [96, 96, 58],
    ({ model, input_type, embedding_types }) => [model, input_type, embedding_types],
    [
      ["embed-english-v3.0", "search_document", ["float"]],
      ["embed-english-v3.0", "search_query", ["float"]],
    ],
  ],
  mistral: [
    "MistralEmbeddingFunction",
    {},
    [128, 122],
    ({ model }) => [model],
    [["mistral-embed"], ["mistral-embed"]],
  ],
  voyageai: [
    "VoyageAIEmbeddingFunction",
    { modelName: "voyage-4", dimensions: 4 },
    [128, 122],
    ({ input_type, output_dimension, encoding_format }) => [
      input_type,
      output_dimension,
      encoding_format,
    ],
    [
      ["document", 4, "base64"],
      ["query", 4, "base64"],
    ],
  ],
  "google-generative-ai": [
    "GoogleGeminiEmbeddingFunction",
    {},
    [100, 100, 50],
    ({ requests: [{ model, taskType }] }) => [model, taskType],
    [
      ["models/gemini-embedding-001", "RETRIEVAL_DOCUMENT"],
      ["models/gemini-embedding-001", "RETRIEVAL_QUERY"],
    ],
  ],
  "huggingface-server": [
    "HuggingfaceServerEmbeddingFunction",
    { queryPromptName: "query" },
    [...Array(7).fill(32), 26],
    ({ prompt_name }) => [prompt_name],
    [[undefined], ["query"]],
  ],
  "cloudflare-worker-ai": [
    "CloudflareWorkerAIEmbeddingFunction",
    { model: "@cf/baai/bge-base-en-v1.5", pooling: "cls" },
    [100, 100, 50],
    ({ pooling }) => [pooling],
    [["cls"], ["cls"]],
  ],
};

const textsOf = (body) =>
  body.requests ?? body.inputs ?? body.texts ?? body.text ?? body.input.texts ?? body.input;

function each(run) {
  return async (context) => {
    for (const [name, [className, options, ...expected]] of Object.entries(presets)) {
      const Class = context.embeddings[className];
      const baseUrl = context.url(`real/${name}${baseUrls[name]}`);
      const address = ["ollama", "huggingface-server"].includes(name)
        ? { url: baseUrl }
        : { baseUrl };
      const make = (more) =>
        new Class({ apiKey: key, ...address, retryDelay: 1, ...options, ...more });
      try {
        await run({ ...context, name, Class, className, make, expected });
      } catch (error) {
        throw new Error(`${className}: ${error.message}`, { cause: error });
      }
      await context.reset();
    }
  };
}

export const cases = {
  "as many texts a request as the service takes, and their order is kept": each(
    async ({ make, seen, expected: [sizes] }) => {
      const texts = Array.from({ length: 250 }, (_, i) => "x".repeat(i + 1));
      const rows = await make({ concurrency: 1, queryPrefix: undefined }).generate(texts);
      equal(
        rows.map(([length]) => length),
        texts.map((text) => text.length),
      );
      equal(
        (await seen()).map(({ body }) => textsOf(body).length),
        sizes,
      );
    },
  ),

  "documents and questions are told apart as the service has it": each(
    async ({ make, seen, expected: [, read, [document, query]] }) => {
      const embed = make();
      await embed.generate(["a"]);
      await embed.generateForQueries(["a"]);
      equal(
        (await seen()).map(({ body }) => read(body).map((value) => value ?? null)),
        [document, query].map((values) => values.map((value) => value ?? null)),
      );
    },
  ),

  "it is stored under Chroma's names without its key, and is built again": each(
    async ({ make, Class, name }) => {
      const embed = make();
      const config = embed.getConfig();
      equal(embed.name, name);
      ok(!JSON.stringify([config, embed]).includes(key), "the key is shown");
      const again = Class.buildFromConfig(config, { apiKey: key });
      equal(again.getConfig(), config);
      again.validateConfigUpdate(config);
      equal(
        (await again.generate(["apple"]))[0].length,
        (await embed.generate(["apple"]))[0].length,
      );
      const word = "model" in config ? "model" : "model_name";
      await rejects((async () => embed.validateConfigUpdate({ ...config, [word]: "other" }))(), {
        code: "invalid_argument",
        says: ["other", "cannot take over"],
      });
    },
  ),

  "what the service refuses is told in its words": each(async ({ make, name }) => {
    if (["ollama", "huggingface-server"].includes(name)) return;
    const error = await rejects(make({ apiKey: "wrong-key" }).generate(["a"]), {
      code: "unauthorized",
      says: ["HTTP 401", "wrong key."],
    });
    ok(!error.message.includes("wrong-key"), error.message);
  }),

  "a request that is too large for a server's own limit is halved": async ({
    embeddings,
    url,
    seen,
  }) => {
    const address = url("real/huggingface-server/embed");
    const embed = new embeddings.HuggingfaceServerEmbeddingFunction({
      url: address,
      batchSize: 50,
    });
    const rows = await embed.generate(Array.from({ length: 50 }, (_, i) => "x".repeat(i + 1)));
    equal(
      rows.map(([length]) => length),
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    equal((await seen()).length, 3);
  },

  "a batch size above the service's limit is refused, and so is what is missing": async ({
    embeddings,
  }) => {
    const made = async (name, options) => new embeddings[name](options);
    const bad = (name, options, ...says) =>
      rejects(made(name, options), { code: "invalid_argument", says: [name, ...says] });
    const given = { apiKey: key };
    await bad("DashScopeEmbeddingFunction", { ...given, batchSize: 11 }, "at most 10 texts");
    await bad("CohereEmbeddingFunction", { ...given, batchSize: 97 }, "at most 96 texts");
    await bad("CohereEmbeddingFunction", {}, "apiKey", "COHERE_API_KEY");
    await bad("VoyageAIEmbeddingFunction", given, "model must be named");
    await bad("HuggingfaceServerEmbeddingFunction", {}, "url must begin with http");
    await bad("CloudflareWorkerAIEmbeddingFunction", { ...given, model: "m" }, "accountId");
    await bad("JinaEmbeddingFunction", { ...given, tasks: "x" }, '"tasks"', '"task"');
  },

  "shortened embeddings of Gemini are brought to length 1": async ({ embeddings, url, seen }) => {
    const { GoogleGeminiEmbeddingFunction } = embeddings;
    const baseUrl = url("real/google-generative-ai/v1beta");
    const embed = new GoogleGeminiEmbeddingFunction({ apiKey: key, baseUrl, dimension: 2 });
    const [[x, y]] = await embed.generate(["aaa"]);
    near(x * x + y * y, 1);
    near(x / y, 3 / 97);
    const [{ headers, body }] = await seen();
    equal([headers["x-goog-api-key"], headers.authorization ?? null], [key, null]);
    equal(body.requests[0].outputDimensionality, 2);
    equal(embed.getConfig().dimension, 2);
  },

  "a task of one's own goes with both documents and questions": async ({
    embeddings,
    url,
    seen,
  }) => {
    const embed = new embeddings.JinaEmbeddingFunction({
      apiKey: key,
      baseUrl: url("real/jina/v1"),
      model: "jina-embeddings-v3",
      task: "text-matching",
    });
    await embed.generate(["a"]);
    await embed.generateForQueries(["a"]);
    const clip = new embeddings.JinaEmbeddingFunction({
      apiKey: key,
      baseUrl: url("real/jina/v1"),
    });
    await clip.generate(["a"]);
    await clip.generateForQueries(["a"]);
    equal(
      (await seen()).map(({ body }) => body.task ?? null),
      ["text-matching", "text-matching", null, "retrieval.query"],
    );
  },

  "Cloudflare's addresses: the account's, and the gateway's": async ({ embeddings }) => {
    const urls = [];
    const fetch = async (url) => {
      urls.push(url);
      return Response.json({ result: { data: [[1]] } });
    };
    const options = { accountId: "acc", model: "@cf/baai/bge-m3", apiKey: key, fetch };
    for (const more of [{}, { gatewayId: "gate" }]) {
      const embed = new embeddings.CloudflareWorkerAIEmbeddingFunction({ ...options, ...more });
      await embed.generate(["a"]);
      const { account_id, gateway_id } = embed.getConfig();
      equal([account_id, gateway_id], ["acc", more.gatewayId]);
    }
    equal(urls, [
      "https://api.cloudflare.com/client/v4/accounts/acc/ai/run/@cf/baai/bge-m3",
      "https://gateway.ai.cloudflare.com/v1/acc/gate/workers-ai/@cf/baai/bge-m3",
    ]);
  },

  "a collection is filled and asked through one of them": async ({ embeddings, url, client }) => {
    const embeddingFunction = new embeddings.DashScopeEmbeddingFunction({
      apiKey: key,
      baseUrl: url("real/dashscope/api/v1"),
      dimensions: 4,
    });
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    const documents = Array.from({ length: 35 }, (_, i) => "x".repeat(i + 1));
    await notes.add({ ids: documents.map((_, i) => `${i + 1}`), documents });
    const hits = await notes.query({ queryTexts: ["x".repeat(12)], nResults: 1 });
    equal(hits.ids, [["12"]]);
    equal(notes.configuration.embedding_function.name, "dashscope");
    equal(notes.configuration.hnsw.space, "cosine");
  },
};

/** Runs one case. `service` tells what was received: { url(path), seen(), reset() }. */
export async function runCase(vecino, embeddings, name, service) {
  const client = new vecino.EphemeralClient();
  try {
    await cases[name]({ embeddings, client, ...service });
  } finally {
    await client.close();
  }
}
