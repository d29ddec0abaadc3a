// What the demo says when something that it needs is not there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, barriers, factBecomes, hits, picture, ready, startDemo } from "./browser.mjs";

let demo;

before(async () => {
  demo = await startDemo();
});

after(() => demo?.close());

async function visit(prepare) {
  const visitor = await demo.visitor();
  await prepare(visitor.context);
  const page = await visitor.context.newPage();
  await page.goto(demo.url);
  return { visitor, page };
}

const heading = async (page) => {
  await page.waitForSelector("#trouble:not([hidden]) h2");
  return page.textContent("#trouble h2");
};

test("a missing model file is named, and trying again works when it is back", async () => {
  const { visitor, page } = await visit((context) =>
    context.route("**/vectors.i8", (route) => route.fulfill({ status: 404 })),
  );
  assert.equal(await heading(page), "The model could not be loaded.");
  assert.match(await page.textContent("#trouble .detail"), /vectors\.i8 .*HTTP 404/);
  assert.deepEqual(await barriers(page), []);
  await picture(page, "model-missing");
  await visitor.context.unroute("**/vectors.i8");
  await page.click('button:text-is("Try again")');
  await ready(page);
  await factBecomes(page, "Records", "2,000");
  await visitor.close();
});

test("a model file of the wrong length is refused", async () => {
  const { visitor, page } = await visit((context) =>
    context.route("**/vectors.i8", (route) => route.fulfill({ body: "short" })),
  );
  assert.equal(await heading(page), "The model could not be loaded.");
  assert.match(await page.textContent("#trouble .detail"), /vectors\.i8 has 5 numbers/);
  await visitor.close();
});

test("a worker that does not start is reported", async () => {
  const { visitor, page } = await visit((context) =>
    context.route("**/assets/worker-*.js", (route) => route.fulfill({ status: 404 })),
  );
  assert.match(
    await heading(page),
    /^(The model stopped working|The database could not be started)\.$/,
  );
  await visitor.close();
});

test("a missing engine is reported", async () => {
  const { visitor, page } = await visit((context) =>
    context.route("**/*.wasm", (route) => route.fulfill({ status: 404 })),
  );
  assert.equal(await heading(page), "The database could not be started.");
  await picture(page, "engine-missing");
  await visitor.close();
});

test("missing passages are reported, and what was added stays", async () => {
  const { visitor, page } = await visit((context) =>
    context.route("**/passages-*.jsonl", (route) => route.fulfill({ status: 404 })),
  );
  assert.equal(await heading(page), "The passages could not be loaded.");
  await visitor.close();
});

test("without IndexedDB the page offers to go on in memory, and does", async () => {
  const { visitor, page } = await visit((context) =>
    context.route("**/assets/worker-*.js", async (route) => {
      const answer = await route.fetch();
      const body = `Object.defineProperty(self, "indexedDB", { value: undefined });\n${await answer.text()}`;
      await route.fulfill({ response: answer, body });
    }),
  );
  assert.equal(await heading(page), "This browser does not let the page keep anything.");
  await picture(page, "storage-unavailable");
  await page.click('button:text-is("Go on in memory")');
  await ready(page);
  await factBecomes(page, "On this device", "nothing: a reload starts over");
  await ask(page, "How do I undo the last commit?");
  assert.equal((await hits(page))[0].title, "git undo");
  await visitor.close();
});
