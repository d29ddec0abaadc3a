// Linking with `num_threads`: another worker helps, whatever happens meanwhile and whatever becomes of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EphemeralClient } from "../../dist/node.js";
import { profiles } from "../tabs/support.mjs";
import { COUNT } from "./build.mjs";

const profile = profiles();

/**
 * What every page and worker runs first: the page hears in `events` what becomes of workers that a worker starts, how
 * many messages they got, and of errors that nobody caught. `also` is code for the engine's
 * worker: it may replace Worker, and `sent`, which is called on one before it gets a message.
 */
const watch = (also = "") => `{
  const channel = new BroadcastChannel("events");
  const tell = (what) => channel.postMessage(what);
  for (const type of ["error", "unhandledrejection"]) {
    self.addEventListener(type, (event) => {
      tell("uncaught: " + (event.reason ?? event.message));
    });
  }
  if (typeof document !== "undefined") {
    self.events = [];
    channel.onmessage = ({ data }) => self.events.push(data);
  } else {
    let messages = 0;
    const { postMessage, terminate } = Worker.prototype;
    Worker.prototype.postMessage = function (...given) {
      messages += 1;
      self.sent?.call(this, messages, given[0]);
      return postMessage.apply(this, given);
    };
    Worker.prototype.terminate = function () {
      tell("ended after " + messages + " messages");
      return terminate.call(this);
    };
    self.Worker = class extends Worker {
      constructor(...given) {
        tell("started");
        super(...given);
      }
    };
    ${also}
  }
}`;

/** A page with the functions of build.mjs, and `events()`. */
async function opened(t, also, prelude = watch(also)) {
  const { context, url } = await profile(t, { before: prelude });
  const page = await context.newPage();
  await page.goto(`${url}/blank`);
  const call = (name, args) =>
    page.evaluate(
      async ([name, args]) => (await import("/tests/threads/build.mjs"))[name](...args),
      [name, args],
    );
  const own = {
    page,
    events: () => page.evaluate(() => globalThis.events),
    /** Resolves when nobody helps any more, with how many messages the helper got. */
    ended: async () => {
      const event = await page.waitForFunction(() =>
        globalThis.events.find((event) => event.startsWith("ended")),
      );
      return Number((await event.jsonValue()).split(" ")[2]);
    },
  };
  return new Proxy(own, {
    get: (_, name) => (name in own || name === "then" ? own[name] : (...args) => call(name, args)),
  });
}

/** Everything was linked and is found, with one warning or none. */
async function assertWhole(tab, warning, count = COUNT) {
  const { recall, ...found } = await tab.compared();
  assert.deepEqual(found, { count, different: count, wrong: [] });
  assert.ok(recall > 0.97, `recall ${recall}`);
  const warnings = await tab.told();
  assert.deepEqual(
    warnings.map(({ code }) => code),
    warning ? [warning.code] : [],
    JSON.stringify(warnings),
  );
  if (warning) assert.match(warnings[0].message, warning.message);
}

test("with num_threads 2 another worker helps, and ends when everything is linked", async (t) => {
  const tab = await opened(t);
  assert.equal((await tab.open()).num_threads, undefined, "taken and not told, as in Chroma");
  await tab.add();
  assert.equal(await tab.linked(), COUNT);
  assert.ok((await tab.ended()) > 50);
  await assertWhole(tab);
  assert.deepEqual((await tab.events()).filter((event) => event === "started").length, 1);
  await tab.close();
});

test("a small collection and num_threads 1 start none", async (t) => {
  const tab = await opened(t);
  await tab.open({ threads: 1 });
  await tab.add();
  await tab.linked();
  await assertWhole(tab);
  await tab.close();
  await tab.open({ threads: 2 });
  await tab.add(0, 1_000);
  await tab.linked(0);
  assert.deepEqual(await tab.events(), []);
});

test("in the page itself and in Node num_threads is taken, and one links", async (t) => {
  const tab = await opened(t);
  await tab.open({ worker: false });
  await tab.add();
  await tab.linked();
  await assertWhole(tab);
  assert.deepEqual(await tab.events(), []);

  const client = new EphemeralClient();
  const configuration = { hnsw: { num_threads: 2 } };
  const notes = await client.createCollection({
    name: "notes",
    configuration,
    embeddingFunction: null,
  });
  const embeddings = Array.from({ length: 3_600 }, (_, at) =>
    Array.from({ length: 400 }, (_, n) => Math.sin(at * 31 + n * n)),
  );
  await notes.add({ ids: embeddings.map((_, at) => `${at}`), embeddings });
  while ((await notes.getIndexingStatus()).num_unindexed_ops > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { ids } = await notes.query({ queryEmbeddings: [embeddings[77]], nResults: 1 });
  assert.deepEqual(ids, [["77"]]);
  await client.close();
});

test("records that are deleted, replaced and added meanwhile are what is found", async (t) => {
  const tab = await opened(t);
  await tab.open({ path: "notes" });
  await tab.add();
  await tab.linked(1_200);
  const count = await tab.change();
  await tab.linked();
  assert.ok((await tab.ended()) > 20);
  await assertWhole(tab, undefined, count);
  assert.deepEqual(await tab.problems(), []);
});

test("closing while others help ends them, and the next client goes on", async (t) => {
  const tab = await opened(t);
  await tab.open({ path: "notes" });
  await tab.add();
  const before = await tab.linked(1_200);
  await tab.close();
  await tab.ended();
  assert.ok(before < COUNT, `${before} were linked too soon`);
  await tab.open({ path: "notes" });
  await tab.linked();
  await assertWhole(tab);
  assert.deepEqual(
    (await tab.events()).filter((event) => event.startsWith("uncaught")),
    [],
  );
});

test("a page that is reloaded while others help loses nothing", async (t) => {
  const tab = await opened(t);
  await tab.open({ path: "notes" });
  await tab.add();
  await tab.linked(1_200);
  await tab.page.reload();
  await tab.open({ path: "notes" });
  await tab.linked();
  await assertWhole(tab);
  assert.deepEqual(await tab.problems(), []);
});

const failures = {
  "the browser refuses another worker": {
    also: 'self.Worker = class { constructor() { throw new Error("refused"); } };',
    code: "connection",
    message: /^linking goes on in one worker: another worker could not be started: Error: refused$/,
  },
  "the other worker's script does not load": {
    also: `self.Worker = class extends Worker {
      constructor(url, how) {
        super(new URL("/dist/nowhere.js", url), how);
      }
    };`,
    code: "connection",
    message: /^linking goes on in one worker: another worker could not be started: /,
  },
  "the other worker traps": {
    // An entry point that has no vector.
    also: `self.sent = (number, { method, args }) => {
      if (method === "assist" && number > 20) args[1][1] = 4_000_000;
    };`,
    code: "internal",
    message: /^linking goes on in one worker: The engine stopped in assist: /,
  },
  "the other worker gets what it cannot read": {
    also: `self.sent = (number, message) => {
      if (number > 20 && message.method === "assist") message.args[1] = message.args[1].slice(0, 5);
    };`,
    code: "damaged",
    message: /^linking goes on in one worker: a message to a mirror ends too early/,
  },
  "the other worker ends with an error": {
    also: `self.sent = function (number) {
      const over = new ErrorEvent("error", { message: "over", cancelable: true });
      if (number === 20) this.dispatchEvent(over);
    };`,
    code: "internal",
    message: /^linking goes on in one worker: another worker stopped: .*over/,
  },
  "a message of the other worker cannot be read": {
    also: `self.sent = function (number) {
      if (number === 20) this.dispatchEvent(new Event("messageerror"));
    };`,
    code: "internal",
    message: /^linking goes on in one worker: another worker stopped: a message of it could not be/,
  },
};

for (const [name, { also, code, message }] of Object.entries(failures)) {
  test(`${name}: one worker goes on, and a warning says so`, async (t) => {
    const tab = await opened(t, also);
    await tab.open();
    await tab.add();
    assert.equal(await tab.linked(), COUNT);
    await assertWhole(tab, { code, message });
    assert.deepEqual(
      (await tab.events()).filter((event) => event.startsWith("uncaught")),
      [],
    );
    // The rest of the engine goes on as ever.
    await tab.close();
  });
}
