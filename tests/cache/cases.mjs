// What cachedEmbeddingFunction promises; the same in Node, where it remembers in memory, and in a page, in IndexedDB.
import { equal, ok, rejects } from "../conformance/support/assert.mjs";

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A class of functions that count what they are asked for: [length, factor], for questions [length, -factor]. */
export class Counting {
  name = "counting";
  #factor;
  asked = [];
  constructor(factor) {
    this.#factor = factor;
  }
  async generate(texts) {
    this.asked.push(...texts);
    return texts.map((text) => [text.length, this.#factor]);
  }
  async generateForQueries(texts) {
    this.asked.push(...texts.map((text) => `? ${text}`));
    return texts.map((text) => [text.length, -this.#factor]);
  }
  getConfig() {
    return { factor: this.#factor, batch_size: 7 };
  }
  static buildFromConfig({ factor }) {
    return new Counting(factor);
  }
}

const plain = (rows) => rows.map((row) => Array.from(row));

/** Bytes that an embedding of two numbers is counted with. */
const EACH = 208;

export const cases = {
  "a text is embedded once, across calls and for a second function of the same settings": async ({
    cached,
  }) => {
    const inner = new Counting(3);
    const embed = cached(inner);
    equal(plain(await embed.generate(["a", "bb", "a"])), [
      [1, 3],
      [2, 3],
      [1, 3],
    ]);
    equal(plain(await embed.generate(["ccc", "bb"])), [
      [3, 3],
      [2, 3],
    ]);
    equal(inner.asked, ["a", "bb", "ccc"]);
    equal(plain(await embed.generate([])), []);
  },

  "other settings, questions and other texts are other embeddings": async ({ cached }) => {
    const inner = new Counting(3);
    await cached(inner).generate(["a"]);
    const other = new Counting(4);
    equal(plain(await cached(other).generate(["a"])), [[1, 4]]);
    equal(plain(await cached(inner).generateForQueries(["a"])), [[1, -3]]);
    equal(plain(await cached(inner).generate(["a "])), [[2, 3]]);
    equal([inner.asked, other.asked], [["a", "? a", "a "], ["a"]]);
  },

  "it stands for the function that it was made of": async ({ cached, vecino }) => {
    const inner = new Counting(3);
    const embed = cached(inner);
    equal([embed.name, embed.getConfig()], ["counting", { factor: 3, batch_size: 7 }]);
    const client = new vecino.EphemeralClient();
    try {
      const notes = await client.createCollection({ name: "notes", embeddingFunction: embed });
      const stored = { type: "known", name: "counting", config: inner.getConfig() };
      equal(notes.configuration.embedding_function, stored);
      await notes.add({ ids: ["1", "2"], documents: ["a", "bb"] });
      await notes.upsert({ ids: ["2", "3"], documents: ["bb", "ccc"] });
      await notes.update({ ids: ["1"], documents: ["bb"] });
      equal(inner.asked, ["a", "bb", "ccc"]);
      for (let i = 0; i < 3; i++) await notes.query({ queryTexts: ["a"], nResults: 1 });
      equal(inner.asked.slice(3), ["? a"]);
    } finally {
      await client.close();
    }
  },

  "what it may hold is bounded: what was not used for longest goes": async ({ cached }) => {
    const inner = new Counting(3);
    const embed = cached(inner, { maxBytes: 3 * EACH });
    for (const text of ["a", "bb", "ccc"]) {
      await embed.generate([text]);
      await pause();
    }
    equal(await embed.cacheSize(), { count: 3, bytes: 3 * EACH });
    await embed.generate(["a"]);
    await pause();
    await embed.generate(["dddd"]);
    equal(await embed.cacheSize(), { count: 3, bytes: 3 * EACH });
    inner.asked.length = 0;
    await embed.generate(["a", "ccc", "dddd"]);
    equal(inner.asked, []);
    await embed.generate(["bb"]);
    equal(inner.asked, ["bb"]);
    await pause();
    await embed.generate(["v", "ww", "xxx", "yyyy", "zzzzz"]);
    equal(await embed.cacheSize(), { count: 3, bytes: 3 * EACH });
  },

  "it can be emptied, and switched off": async ({ cached }) => {
    const inner = new Counting(3);
    const embed = cached(inner);
    await embed.generate(["a"]);
    await embed.clearCache();
    equal(await embed.cacheSize(), { count: 0, bytes: 0 });
    await embed.generate(["a"]);
    equal(inner.asked, ["a", "a"]);
    const off = cached(inner, { enabled: false });
    equal(plain(await off.generate(["a", "a"])), [
      [1, 3],
      [1, 3],
    ]);
    equal(inner.asked.length, 4);
    equal((await off.cacheSize()).count, 1);
  },

  "a function that fails, or returns something else, leaves nothing behind": async ({ cached }) => {
    const inner = new Counting(3);
    const reason = new Error("the model is asleep");
    const failing = { ...bare(inner), generate: () => Promise.reject(reason) };
    const error = await cached(failing)
      .generate(["a"])
      .catch((caught) => caught);
    ok(error === reason, `expected the very error, got ${error}`);
    await rejects(cached({ ...bare(inner), generate: () => [[1]] }).generate(["a", "b"]), {
      code: "embedding_function",
      says: ["1 rows, expected 2"],
    });
    equal((await cached(inner).cacheSize()).count, 0);
    await cached(inner).generate(["a"]);
    const replaced = { ...bare(inner), generate: (texts) => texts.map(() => [1, 2, 3]) };
    await rejects(cached(replaced).generate(["a", "b"]), {
      code: "embedding_function",
      says: ["2 dimensions", "returned 3", "clearCache"],
    });
  },

  "calls at the same time share what both need, and one that fails does not fail the other":
    async ({ cached }) => {
      const inner = new Counting(3);
      const [one, two] = [cached(inner), cached(inner)];
      const texts = ["a", "bb", "ccc"];
      const calls = [one.generate(texts), two.generate(texts.slice(1)), one.generate(["bb", "d"])];
      equal((await Promise.all(calls)).map(plain), [
        [
          [1, 3],
          [2, 3],
          [3, 3],
        ],
        [
          [2, 3],
          [3, 3],
        ],
        [
          [2, 3],
          [1, 3],
        ],
      ]);
      // Each once; which call asks first depends on whose look into the cache is answered first.
      equal(inner.asked.toSorted(), ["a", "bb", "ccc", "d"]);
      let fails = true;
      const generate = async (asked) => {
        await pause();
        if (fails) {
          fails = false;
          throw new Error("asleep");
        }
        return inner.generate(asked);
      };
      const shaky = cached({ ...bare(inner), generate });
      const both = await Promise.allSettled([shaky.generate(["x"]), shaky.generate(["x"])]);
      equal(
        both.map(({ status }) => status),
        ["rejected", "fulfilled"],
      );
      const controller = new AbortController();
      const slow = cached({ ...bare(inner), generate: () => new Promise(() => {}) });
      void slow.generate(["never"]);
      await pause();
      const waiting = slow.generate(["never"], { signal: controller.signal });
      controller.abort(new Error("enough"));
      equal((await waiting.catch((error) => error)).message, "enough");
    },

  "the signal reaches the function; one without a name needs an identity": async ({ cached }) => {
    const signals = [];
    const generate = (texts, { signal }) => {
      signals.push(signal);
      return texts.map(() => [1, 2]);
    };
    await rejects((async () => cached({ generate }))(), {
      code: "invalid_argument",
      says: ["identity"],
    });
    const embed = cached({ generate }, { identity: "mine" });
    equal(["generateForQueries" in embed, "defaultSpace" in embed], [false, false]);
    const { signal } = new AbortController();
    await embed.generate(["a"], { signal });
    equal([signals.length, signals[0] === signal], [1, true]);
    await rejects((async () => cached({ generate }, { identity: "x", size: 1 }))(), {
      code: "invalid_argument",
      says: ['"size"'],
    });
  },

  "many texts, in their order": async ({ cached }) => {
    const inner = new Counting(3);
    const embed = cached(inner);
    const texts = Array.from({ length: 3000 }, (_, i) => `${i}:${"x".repeat(i % 90)}`);
    const lengths = texts.map((text) => text.length);
    await embed.generate(texts.filter((_, i) => i % 3 === 0));
    equal(
      (await embed.generate(texts)).map(([length]) => length),
      lengths,
    );
    equal(
      (await embed.generate(texts)).map(([length]) => length),
      lengths,
    );
    equal(inner.asked.length, 3000);
    equal(await embed.cacheSize(), { count: 3000, bytes: 3000 * EACH });
  },
};

const bare = (inner) => ({ name: inner.name, getConfig: () => inner.getConfig() });

let databases = 0;

/** Runs one case with caches in a database of its own. */
export async function runCase(vecino, { cachedEmbeddingFunction }, name) {
  databases += 1;
  const database = `cache-${databases}`;
  const cached = (inner, options) => cachedEmbeddingFunction(inner, { database, ...options });
  await cases[name]({ vecino, cached });
}
