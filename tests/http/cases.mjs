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
  ["unreadable", { code: "embedding_function", says: ["no array of numbers as embedding 0"] }],
  ["spent", { code: "rate_limit", says: ["HTTP 429", "Check your plan"] }],
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
    const one = { concurrency: 1 };
    equal(lengths(await make("good", one).generate(texts)), expected);
    equal(lengths(await make("shuffled", { ...one, batchSize: 20 }).generate(texts)), expected);
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
      const error = await rejects(
        make(behavior, { retries: 0 }).generate(["apple", "sky"]),
        expected,
      );
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
    const options = { apiKey: key, baseUrl, model, retries: 1, retryDelay: 1 };
    const embed = new vecino.OpenAIEmbeddingFunction(options);
    await rejects(embed.generate(["apple"]), {
      code: "connection",
      name: "ChromaConnectionError",
      says: ["http://localhost:9/v1/embeddings could not be reached", "CORS", "asked 2 times"],
    });
  },

  async "a service that keeps silent, or stops in the middle, is given up after timeout"({ make }) {
    for (const behavior of ["silent", "stuck"]) {
      await rejects(make(behavior, { timeout: 100, retries: 0 }).generate(["apple"]), {
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

  async "a wait between two tries ends at once when it is aborted, and nothing more is sent"({
    make,
    seen,
  }) {
    const controller = new AbortController();
    const promise = make("recovers~busy~1~30").generate(["a"], { signal: controller.signal });
    while ((await seen()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const reason = new Error("no longer needed");
    const start = performance.now();
    controller.abort(reason);
    ok((await promise.catch((error) => error)) === reason, "the signal's reason");
    ok(performance.now() - start < 5000, "long before the 30 s that the service asked for");
    equal((await seen()).length, 1);
  },

  async "aborting needs no help of a fetch that does not listen"({ make }) {
    const controller = new AbortController();
    const fetch = () => new Promise(() => {});
    const promise = make("good", { fetch }).generate(["a"], { signal: controller.signal });
    controller.abort();
    equal((await promise.catch((error) => error)).name, "AbortError");
    await rejects(make("good", { fetch, timeout: 20, retries: 1, retryDelay: 1 }).generate(["a"]), {
      code: "connection",
      says: ["no answer within 20 ms", "asked 2 times"],
    });
  },

  async "what may pass is tried again: 429, 5xx, cut and refused connections, half an answer"({
    make,
    seen,
  }) {
    const ways = ["busy", "down", "cut", "refused", "half", "silent"];
    for (const how of ways) {
      const embed = make(`recovers~${how}~2`, { retryDelay: 2, timeout: 1000 });
      equal(await embed.generate(["apple"]), [[5, 97, 1]], how);
    }
    equal((await seen()).length, 3 * ways.length);
  },

  async "what does not pass is not: a wrong key, a wrong request, no credit, a page, wrong embeddings"({
    make,
    seen,
  }) {
    const behaviors = ["unauthorized", "forbidden", "spent", "html", "fewer", "not-embeddings"];
    for (const behavior of behaviors)
      await make(behavior)
        .generate(["apple"])
        .catch(() => {});
    equal((await seen()).length, behaviors.length);
  },

  async "the tries are counted, and the last error tells how many there were"({ make, seen }) {
    await rejects(make("unavailable", { retries: 3, retryDelay: 1 }).generate(["apple"]), {
      code: "server",
      says: ["HTTP 503", "asked 4 times"],
    });
    equal((await seen()).length, 4);
  },

  async "Retry-After is waited for, in seconds or as a date; a service that asks too much is given up"({
    make,
    seen,
  }) {
    const fast = { retryDelay: 0 };
    await make("recovers~busy~1~0.06", fast).generate(["apple"]);
    const [first, second] = await seen();
    ok(second.at - first.at > 55, `the second request came after ${second.at - first.at} ms`);
    await make("recovers~busyUntil~1~0", fast).generate(["apple"]);
    equal((await seen()).length, 4);
    const later = Date.now() + 3_600_000;
    await rejects(make(`recovers~busyUntil~1~${later}`, fast).generate(["apple"]), {
      code: "rate_limit",
      says: [/Try again after 3\d\d\d s/],
    });
    equal((await seen()).length, 5);
  },

  async "base64 is read, and asked for where it is wanted"({ make, seen }) {
    const embed = make("encoded", { encodingFormat: "base64", dimensions: 4 });
    equal(await embed.generate(["apple", "sky"]), [
      [5, 97, 1, 1],
      [3, 115, 1, 1],
    ]);
    equal((await seen())[0].body.encoding_format, "base64");
    equal(embed.getConfig().encoding_format, "base64");
  },

  async "requests that the service finds too large are halved"({ make, seen }) {
    const texts = Array.from({ length: 40 }, (_, i) => "x".repeat(i + 1));
    const lengths = (rows) => rows.map(([length]) => length);
    const expected = texts.map((text) => text.length);
    for (const behavior of ["limited~6", "limited~99~30"]) {
      const embed = make(behavior, { batchSize: 20, concurrency: 1 });
      equal(lengths(await embed.generate(texts)), expected, behavior);
    }
    ok((await seen()).length > 4, "some were refused");
    await rejects(make("limited~99~3").generate(["a", "x".repeat(13)]), {
      code: "embedding_function",
      says: ["HTTP 413", "Max is 3", "text 1 of the call"],
    });
  },

  async "OpenAI's own limits hold: base64, and at most 300,000 tokens a request"({ vecino }) {
    const seen = [];
    const fetch = async (url, { body }) => {
      const { input, ...rest } = JSON.parse(body);
      seen.push({ url, ...rest, input: input.length });
      return Response.json({ data: input.map(() => [1]) });
    };
    const embed = new vecino.OpenAIEmbeddingFunction({ model: "m", apiKey: key, fetch });
    await embed.generate(Array.from({ length: 130 }, () => "word"));
    await embed.generate(["x".repeat(400_000), "y".repeat(400_000), "語".repeat(200_000), "z"]);
    equal(
      seen.map(({ input }) => input),
      [128, 2, 2, 2],
    );
    const url = "https://api.openai.com/v1/embeddings";
    equal([seen[0].url, seen[0].encoding_format], [url, "base64"]);
    await rejects(
      (async () =>
        new vecino.OpenAIEmbeddingFunction({ model: "m", apiKey: key, batchSize: 4096 }))(),
      {
        code: "invalid_argument",
        says: ["batchSize", "4096", "2048"],
      },
    );
  },

  async "no more requests are under way than allowed, and that many are"({ make }) {
    let open = 0;
    let most = 0;
    const fetch = async (_, { body }) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 2));
      open -= 1;
      return Response.json({ data: JSON.parse(body).input.map((text) => [text.length]) });
    };
    const texts = Array.from({ length: 40 }, () => "x");
    for (const [concurrency, expected] of [
      [undefined, 4],
      [1, 1],
      [7, 7],
    ]) {
      most = 0;
      await make("good", { fetch, batchSize: 2, concurrency }).generate(texts);
      equal(most, expected);
    }
  },

  async "a failure ends the other requests of the call"({ make, seen, gone }) {
    const fetch = (url, init) =>
      globalThis.fetch(
        JSON.parse(init.body).input[0] === "bad" ? url.replace("silent", "unauthorized") : url,
        init,
      );
    const embed = make("silent", { fetch, batchSize: 1, concurrency: 3 });
    await rejects(embed.generate(["a", "b", "bad", "c", "d"]), { code: "unauthorized" });
    ok(await gone("silent"), "the service saw the others end");
    equal((await seen()).length, 3);
  },

  async "10,000 texts through a service that fails a fifth of the calls: each embedded once, none lost, in order"({
    make,
    seen,
  }) {
    const texts = Array.from({ length: 10_000 }, (_, i) => `${i} ${"x".repeat(i % 50)}`);
    const embed = make("flaky", { retries: 9, retryDelay: 1, concurrency: 8 });
    const got = await embed.generate(texts);
    equal(got.length, texts.length);
    const wrong = texts.findIndex(
      (text, i) => got[i][0] !== text.length || got[i][1] !== text.charCodeAt(0),
    );
    equal(wrong, -1);
    const requests = await seen();
    const succeeded = requests.filter((_, i) => (i + 1) % 5 !== 0);
    equal(requests.length, 1249, "1,000 batches, and one call more after each fourth");
    const embedded = succeeded.flatMap(({ body }) => body.input);
    equal(embedded.length, texts.length, "no text twice in calls that succeeded");
    equal(new Set(embedded).size, texts.length);
  },

  async "headers of one's own carry a key as safely, and Chroma's word for the model will do"({
    vecino,
    seen,
    make,
  }) {
    const headers = { authorization: `Bearer ${key}`, "x-team": "birds" };
    const options = { apiKey: undefined, headers, model: undefined, modelName: "m", retries: 0 };
    const error = await rejects(make("echo", options).generate(["apple"]), {
      code: "server",
      says: ["birds", "Bearer [key]"],
    });
    ok(!error.message.includes(key), error.message);
    equal((await seen())[0].body.model, "m");
    ok(vecino.OpenAIEmbeddingFunction.buildFromConfig({ model_name: "m", api_base: "http://x" }));
  },

  async "a prefix stands before documents, another before questions"({ make, seen }) {
    const embed = make("good", { documentPrefix: "passage: ", queryPrefix: "query: " });
    await embed.generate(["a"]);
    await embed.generateForQueries(["b"]);
    equal(
      (await seen()).map(({ body }) => body.input),
      [["passage: a"], ["query: b"]],
    );
    const again = embed.constructor.buildFromConfig(embed.getConfig(), { apiKey: key });
    equal(again.getConfig(), embed.getConfig());
    await rejects((async () => make("good").validateConfigUpdate(embed.getConfig()))(), {
      code: "invalid_argument",
      says: [model, "passage: "],
    });
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
    await bad({ apiKey: key, model, retries: -1 }, "retries", "-1");
    await bad({ apiKey: key, model, concurrency: 0 }, "concurrency", "0");
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
        embeddingFunction: make(behavior, { retries: 0 }),
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
