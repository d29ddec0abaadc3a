// What OpenAIEmbeddingFunction does against the service; the same in Node and in a page.
import { equal, near, ok, rejects } from "../conformance/support/assert.mjs";

export const key = "sk-secret-0123456789";
const model = "text-embedding-v4";

/** What comes back for each kind of failure: [behavior, error]. */
const failures = [
  [
    "unauthorized",
    {
      code: "unauthorized",
      name: "ChromaAuthError",
      says: ["HTTP 401", "Incorrect API key", "apiKey"],
    },
  ],
  [
    "forbidden",
    {
      code: "unauthorized",
      name: "ChromaAuthError",
      says: ["HTTP 403", "Model access denied"],
    },
  ],
  [
    "too-many",
    {
      code: "rate_limit",
      name: "ChromaRateLimitError",
      says: ["HTTP 429", "Rate limit reached", "7 s"],
    },
  ],
  [
    "broken",
    { code: "server", name: "ChromaServerError", says: ["HTTP 500", "the model crashed"] },
  ],
  [
    "unavailable",
    { code: "server", name: "ChromaServerError", says: ["HTTP 503", "an empty body"] },
  ],
  [
    "bad-request",
    { code: "embedding_function", name: "ChromaClientError", says: ["HTTP 400", "larger than 10"] },
  ],
  ["html", { code: "server", name: "ChromaServerError", says: ["JSON", "<h1>Welcome</h1>"] }],
  ["not-embeddings", { code: "server", says: ["{ data: [{ embedding, index }] }", "choices"] }],
  ["empty", { code: "server", says: ["an empty body"] }],
  ["fewer", { code: "embedding_function", says: ["1 embeddings for 2 texts"] }],
  ["twice", { code: "embedding_function", says: ["the index 0 twice"] }],
  ["ragged", { code: "embedding_function", says: ["2 dimensions for text 1, expected 3"] }],
  ["encoded", { code: "embedding_function", says: ["no array of numbers as embedding 0"] }],
];

export const cases = {
  async "one request for a few texts, with model, dimensions and key"({ make, seen }) {
    const embed = make("good", { dimensions: 4, headers: { "x-team": "birds" } });
    equal(await embed.generate(["apple", "sky"]), [
      [5, 97, 1, 1],
      [3, 115, 1, 1],
    ]);
    const [request, ...others] = await seen();
    equal(others, []);
    equal(request.body, {
      model,
      input: ["apple", "sky"],
      dimensions: 4,
      encoding_format: "float",
    });
    const { authorization, "x-team": team, "content-type": type } = request.headers;
    equal([request.method, authorization, team], ["POST", `Bearer ${key}`, "birds"]);
    ok(type.startsWith("application/json"), type);
  },

  async "dimensions are sent only when asked for"({ make, seen }) {
    await make("good").generate(["apple"]);
    equal((await seen())[0].body, { model, input: ["apple"], encoding_format: "float" });
  },

  async "more texts go in batches of ten, or as many as asked for, and keep their order"({
    make,
    seen,
  }) {
    const texts = Array.from({ length: 23 }, (_, i) => "x".repeat(i + 1));
    const lengths = (rows) => rows.map(([length]) => length);
    const expected = texts.map((text) => text.length);
    equal(lengths(await make("good").generate(texts)), expected);
    equal(lengths(await make("shuffled", { batchSize: 20 }).generate(texts)), expected);
    equal(
      (await seen()).map(({ body }) => body.input.length),
      [10, 10, 3, 20, 3],
    );
  },

  async "the order is restored by index; without an index it is taken as it is"({ make }) {
    const texts = ["a", "bb", "ccc"];
    for (const behavior of ["shuffled", "unnumbered"]) {
      equal(
        (await make(behavior).generate(texts)).map(([length]) => length),
        [1, 2, 3],
        behavior,
      );
    }
  },

  async "no texts, no request"({ make, seen }) {
    equal(await make("good").generate([]), []);
    equal(await seen(), []);
  },

  async "a slash at the end of baseUrl does no harm, and a key is not needed"({ make, seen }) {
    await make("good/", { apiKey: undefined }).generate(["apple"]);
    equal((await seen())[0].headers.authorization, undefined);
  },

  async "every failure has its class and code, quotes the service and hides the key"({ make }) {
    for (const [behavior, expected] of failures) {
      const error = await rejects(make(behavior).generate(["apple", "sky"]), expected);
      ok(!error.message.includes(key), `the key is in: ${error.message}`);
      ok(error.message.includes(`/${behavior}/embeddings`), `no address in: ${error.message}`);
    }
  },

  async "another dimension than the one asked for is refused"({ make }) {
    await rejects(make("longer", { dimensions: 4 }).generate(["apple"]), {
      code: "embedding_function",
      says: ["5 dimensions for text 0, expected 4"],
    });
  },

  async "a service that cannot be reached is named"({ vecino }) {
    const baseUrl = "http://localhost:9/v1";
    const embed = new vecino.OpenAIEmbeddingFunction({ apiKey: key, baseUrl, model });
    await rejects(embed.generate(["apple"]), {
      code: "connection",
      name: "ChromaConnectionError",
      says: ["http://localhost:9/v1/embeddings could not be reached", "CORS"],
    });
  },

  async "a service that keeps silent, or stops in the middle, is given up after timeout"({ make }) {
    for (const behavior of ["silent", "stuck"]) {
      await rejects(make(behavior, { timeout: 100 }).generate(["apple"]), {
        code: "connection",
        says: ["no answer within 100 ms"],
      });
    }
  },

  async "aborting ends the request and rejects with the signal's reason"({ make, gone }) {
    const controller = new AbortController();
    const reason = new Error("no longer needed");
    const promise = make("silent").generate(["apple"], { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    const error = await promise.catch((caught) => caught);
    ok(error === reason, `expected the signal's reason, got ${error}`);
    const before = make("good").generate(["apple"], { signal: controller.signal });
    ok((await before.catch((caught) => caught)) === reason, "nothing is sent once aborted");
    ok(await gone("silent"), "the service saw the request end");
  },

  async "a fetch of one's own is used instead"({ make, seen }) {
    const calls = [];
    const fetch = async (url, init) => {
      calls.push(url);
      return new Response(JSON.stringify({ data: [{ index: 0, embedding: [7] }] }), init.none);
    };
    equal(await make("good", { fetch }).generate(["apple"]), [[7]]);
    equal([calls.length, await seen()], [1, []]);
  },

  async "the object shows its settings and never the key"({ make, inspect }) {
    const embed = make("good", { dimensions: 4, headers: { "x-team": "also secret" } });
    equal(embed.name, "openai");
    const { api_base, ...config } = embed.getConfig();
    ok(api_base.endsWith("/good"), api_base);
    equal(config, { api_key_env_var: "OPENAI_API_KEY", model_name: model, dimensions: 4 });
    const shown = [
      JSON.stringify(embed),
      JSON.stringify(embed.getConfig()),
      String(embed),
      Object.values(embed).join(),
      inspect(embed),
    ].join("\n");
    ok(!shown.includes(key) && !shown.includes("also secret"), `a secret is in: ${shown}`);
  },

  async "settings that cannot work are refused at once"({ vecino }) {
    const made = async (options) => new vecino.OpenAIEmbeddingFunction(options);
    const bad = (options, ...says) => rejects(made(options), { code: "invalid_argument", says });
    await bad({ apiKey: key }, "model");
    await bad({ model }, "apiKey");
    await bad({ apiKey: key, model, baseUrl: "dashscope" }, "baseUrl", "dashscope");
    await bad({ apiKey: key, model, batchSize: 0 }, "batchSize", "0");
    await bad({ apiKey: key, model, dimensions: 1.5 }, "dimensions", "1.5");
    await bad({ apiKey: key, model, dimension: 5 }, '"dimension"', '"dimensions"');
    await bad(undefined, "expects an object");
  },

  async "documents and questions go through it; a failure writes nothing"({
    vecino,
    make,
    client,
  }) {
    const embeddingFunction = make("good", { dimensions: 4 });
    const notes = await client.createCollection({ name: "notes", embeddingFunction });
    await notes.add({ ids: ["a", "b"], documents: ["apple", "sky"] });
    const hits = await notes.query({ queryTexts: ["sly"], nResults: 1 });
    equal(hits.ids, [["b"]]);
    near(hits.distances, [[0]]);
    for (const behavior of ["broken", "fewer", "unauthorized", "html"]) {
      const broken = await client.getCollection({
        name: "notes",
        embeddingFunction: make(behavior),
      });
      const error = await broken.add({ ids: ["c", "d"], documents: ["x", "y"] }).catch((e) => e);
      ok(error instanceof vecino.VecinoError, String(error));
    }
    equal((await notes.get()).ids, ["a", "b"]);
  },
};

/** Runs one case. `service` tells what was received: { url(behavior), seen(), gone() }. */
export async function runCase(vecino, name, service, { inspect, client }) {
  const make = (behavior, options) =>
    new vecino.OpenAIEmbeddingFunction({
      apiKey: key,
      baseUrl: service.url(behavior),
      model,
      ...options,
    });
  try {
    await cases[name]({ vecino, make, inspect, client, seen: service.seen, gone: service.gone });
  } finally {
    await client.close();
  }
}
