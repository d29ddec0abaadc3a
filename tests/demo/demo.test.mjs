// A visit to the demo, from the first to the last thing that a visitor does there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, barriers, fact, factBecomes, hits, picture, ready, startDemo } from "./browser.mjs";

const HTML = 'A note on bees <img src="x" onerror="document.title=1"> <b>and honey</b>';

let demo;
let visitor;
let page;

before(async () => {
  demo = await startDemo();
  visitor = await demo.visitor();
  page = await visitor.context.newPage();
});

after(async () => {
  await visitor?.close();
  await demo?.close();
});

test("the first visit adds the passages, and goes on where it was interrupted", async () => {
  await page.goto(demo.url);
  const bar = () => page.$eval("#progress-bar", ({ value, max }) => ({ value, max }));
  await page.waitForFunction(
    () =>
      document.querySelector("#progress-title").textContent === "Adding the passages" &&
      document.querySelector("#progress-bar").value >= 100,
  );
  assert.equal((await bar()).max, 2000);
  await picture(page, "first-visit");
  await page.close();

  page = await visitor.context.newPage();
  await page.goto(demo.url);
  await page.waitForFunction(
    () =>
      document.querySelector("#progress-title").textContent ===
      "Adding the passages that are missing",
  );
  const { value } = await bar();
  assert.ok(value >= 100 && value < 2000, `goes on from ${value}`);
  await ready(page);
  await factBecomes(page, "Records", "2,000");
  await picture(page, "ready", { whole: true });
});

test("a question finds ten passages, nearest first, with distance, shared words and time", async () => {
  await ask(page, "How do I undo the last commit?");
  const found = await hits(page);
  assert.equal(found.length, 10);
  assert.equal(found[0].title, "git undo");
  assert.deepEqual(found[0].facts.slice(0, 2), ["tldr", "cheatsheet"]);
  const distances = found.map(({ distance }) => distance);
  assert.deepEqual(
    distances,
    distances.toSorted((a, b) => a - b),
  );
  assert.ok(distances[0] > 0.2 && distances[0] < 0.25, `the reference says 0.220: ${distances[0]}`);
  assert.ok(found[0].marks.includes("undo") && found[0].marks.includes("commits"));
  assert.equal(found[0].shared, "Shares undo, commit");
  assert.match(
    await page.textContent("#timing"),
    /^Question embedded in .+\sms, searched in .+\sms$/,
  );
  await picture(page, "light");
});

test("a passage is found by meaning where it shares no word", async () => {
  await ask(page, "which alerts should wake someone up");
  const [first] = await hits(page);
  assert.equal(first.title, "Alerting");
  await ask(page, "shout at a colleague at night");
  assert.ok((await hits(page)).some(({ shared }) => shared.startsWith("Shares no word")));
});

test("metadata narrows: source, type, code, words and years", async () => {
  await ask(page, "what is ownership");
  await page.check('#filter-source input[value="rust-book"]');
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".hit-facts")].every(
      (facts) => facts.firstChild.textContent === "rust-book",
    ),
  );
  assert.equal((await hits(page)).length, 10);
  assert.match(page.url(), /source=rust-book/);

  await page.click('.segments label:has(input[value="no"])');
  await page.waitForFunction(
    () => ![...document.querySelectorAll(".hit-facts span")].some((s) => s.textContent === "code"),
  );
  await page.fill('[name="words-from"]', "100");
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".hit-facts")].every(
      (facts) => Number(/(\d+) words/.exec(facts.textContent)[1]) >= 100,
    ),
  );
  assert.ok((await hits(page)).length > 0);
  await picture(page, "narrowed");

  await page.click("#filters-clear");
  await page.check('#filter-type input[value="pep"]');
  await page.fill('[name="years-from"]', "2000");
  await page.fill('[name="years-to"]', "2002");
  await page.waitForFunction(() => /years=2000-2002/.test(location.search));
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".hit-facts")].every((facts) =>
      /^2\d{3}$|200[012]/.test(facts.textContent.match(/200[012]/)?.[0] ?? ""),
    ),
  );
  assert.equal((await hits(page)).length, 10);

  await page.fill('[name="years-from"]', "2010");
  await page.waitForSelector("#years-error:not([hidden])");
  assert.equal(await page.textContent("#years-error"), "From 2010 to 2002 holds nothing.");
  await page.fill('[name="years-from"]', "1990");
  await page.fill('[name="years-to"]', "1991");
  await page.waitForFunction(() => document.querySelector(".say") !== null);
  assert.equal(await page.textContent(".say"), "No passage fits these filters.");
  await page.click('button:text-is("Clear the filters")');
  await page.waitForFunction(() => document.querySelectorAll(".hit").length === 10);
  assert.doesNotMatch(page.url(), /years|type|source/);
});

test("more like this asks by the stored embedding and leaves the passage itself out", async () => {
  await ask(page, "How do I undo the last commit?");
  const [first] = await hits(page);
  await page.click(".hit .actions button");
  await page.waitForFunction(() => document.title.startsWith("Near “git undo”"));
  const found = await hits(page);
  assert.equal(found.length, 10);
  assert.ok(!found.some(({ id }) => id === first.id));
  assert.match(found[0].title, /^git /);
  assert.equal(await page.evaluate(() => document.activeElement.id), "results-title");
  await page.goBack();
  await page.waitForFunction(() => document.title.startsWith("How do I undo"));
  assert.equal((await hits(page))[0].id, first.id);
});

test("a passage of one's own is kept and found, and its HTML is shown as text", async () => {
  await page.click("#add");
  await page.click("#editor-save");
  assert.equal(await page.textContent("#editor-name-error"), "A passage needs a title.");
  await page.fill("#editor-name", "<i>Bees</i>");
  await page.fill("#editor-text", "🐝🐝🐝");
  await page.click("#editor-save");
  await page.waitForSelector("#editor-text-error:not([hidden])");
  assert.match(await page.textContent("#editor-text-error"), /The model knows none of these words/);
  await page.fill("#editor-text", HTML);
  await page.click("#editor-save");
  await page.waitForSelector("#editor:not([open])", { state: "attached" });
  await factBecomes(page, "Records", "2,001, 1 of them your own");

  await ask(page, "honey bees");
  const [first] = await hits(page);
  assert.equal(first.title, "<i>Bees</i>");
  assert.equal(first.passage, HTML);
  assert.deepEqual(first.facts, [
    "my notes",
    "note",
    String(new Date().getFullYear()),
    `${HTML.split(" ").length} words`,
  ]);
  assert.equal(await page.locator("main img, footer img").count(), 0);
  assert.match(await page.title(), /^honey bees/);
  await picture(page, "own-passage");
});

test("a passage of one's own is edited", async () => {
  await page.click('.hit button:text-is("Edit")');
  assert.equal(await page.inputValue("#editor-text"), HTML);
  await page.fill("#editor-text", "Lighthouses warn ships off the rocks of the coast.");
  await page.fill("#editor-name", "Lighthouses");
  await page.fill("#editor-source", "almanac");
  await page.click("#editor-save");
  await page.waitForSelector("#editor:not([open])", { state: "attached" });
  await ask(page, "ships near a rocky coast");
  const [first] = await hits(page);
  assert.equal(first.title, "Lighthouses");
  assert.equal(first.facts[0], "almanac");
  assert.equal(await page.locator('#filter-source input[value="almanac"]').count(), 1);
  assert.equal(await page.locator('#filter-source input[value="my notes"]').count(), 0);
});

test("a reload finds everything as it was", async () => {
  const before = await hits(page);
  await page.reload();
  await ready(page);
  await page.waitForSelector(".hit");
  assert.equal(await page.inputValue("#question"), "ships near a rocky coast");
  assert.deepEqual(await hits(page), before);
  await factBecomes(page, "Records", "2,001, 1 of them your own");
  assert.equal(await page.textContent("#own .own-title"), "Lighthouses");
});

test("a passage of one's own is deleted, and comes back on undo", async () => {
  await page.click('.hit button:text-is("Delete")');
  await page.waitForSelector("#notice:not([hidden])");
  assert.equal(await page.textContent("#notice-text"), "“Lighthouses” is deleted.");
  assert.equal(await page.evaluate(() => document.activeElement.id), "notice-action");
  await factBecomes(page, "Records", "2,000");
  assert.ok(!(await hits(page)).some(({ title }) => title === "Lighthouses"));

  await page.keyboard.press("Enter");
  await page.waitForFunction(
    () => document.querySelector(".hit-title").textContent === "Lighthouses",
  );
  await factBecomes(page, "Records", "2,001, 1 of them your own");

  await page.click('#own button:text-is("Delete")');
  await page.waitForFunction(() => document.querySelectorAll("#own li").length === 0);
  await factBecomes(page, "Records", "2,000");
  await page.reload();
  await ready(page);
  await factBecomes(page, "Records", "2,000");
});

test("everything is done by keyboard alone", async () => {
  await page.goto(demo.url);
  await ready(page);
  const active = () => page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  await page.keyboard.type("extract a compressed archive");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.title.startsWith("extract"));
  assert.equal((await hits(page)).length, 10);

  const tabTo = async (selector) => {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((to) => document.activeElement.matches(to), selector)) return;
    }
    assert.fail(`Tab never reaches ${selector}`);
  };
  await tabTo('#filter-source input[value="tldr"]');
  await page.keyboard.press("Space");
  await page.waitForFunction(() => /source=tldr/.test(location.search));
  await tabTo(".hit .actions button");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.title.startsWith("Near “"));
  assert.equal(await active(), "results-title");
  await page.keyboard.press("/");
  assert.equal(await active(), "question");
  await page.keyboard.type("a/b");
  assert.equal(await page.inputValue("#question"), "a/b");
  await page.keyboard.press("Escape");
  assert.equal(await page.inputValue("#question"), "");
  await page.waitForFunction(() => document.querySelectorAll(".hit").length === 0);
  await page.focus("#add");
  await page.keyboard.press("Enter");
  assert.equal(await active(), "editor-name");
  await page.keyboard.press("Escape");
  assert.equal(await active(), "add");
});

test("a question without a known word gets a clear answer", async () => {
  await page.goto(demo.url);
  await ready(page);
  await page.fill("#question", "🦀🦀🦀");
  await page.press("#question", "Enter");
  await page.waitForSelector(".say");
  assert.match(await page.textContent(".say"), /The model knows no word of this question/);
  assert.doesNotMatch(await page.textContent("main"), /NaN|undefined/);
});

test("nothing bars the way in light, in dark and on a phone", async () => {
  await page.goto(`${demo.url}?q=How+do+I+undo+the+last+commit%3F`);
  await page.waitForSelector(".hit");
  for (const [name, scheme, width, height, examined] of [
    ["light", "light", 1280, 900, true],
    ["dark", "dark", 1280, 900, true],
    ["phone-light", "light", 360, 740, true],
    ["phone-dark", "dark", 360, 740, false],
    ["wide", "light", 1920, 1080, false],
  ]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    if (examined) assert.deepEqual(await barriers(page), [], name);
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      `${name} scrolls sideways`,
    );
    await picture(page, name);
    await picture(page, `${name}-whole`, { whole: true });
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await page.click("#narrow-toggle");
  await picture(page, "phone-filters");
  assert.deepEqual(await barriers(page), [], "the filters on a phone");
  await page.click("#add");
  await picture(page, "phone-editor");
  assert.deepEqual(await barriers(page), [], "the editor");
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
});

test("the page says what is kept and which model is in use", async () => {
  assert.match(await page.textContent("#glance"), /^2,000 passages, [\d.]+ [kM]B on this device$/);
  assert.match(await fact(page, "On this device"), /^[\d.]+ [kM]B of .+ allowed$/);
  assert.match(await fact(page, "Persistent"), /^(yes|no), /);
  const model = await page.textContent("#model-about");
  assert.match(model, /static-minilm-256/);
  assert.match(model, /weaker/);
  assert.match(model, /0\.337/);
  if (await page.isVisible("#persist")) {
    await page.click("#persist");
    await page.waitForFunction(() => document.querySelector("#store-note").textContent !== "");
  }
});

test("the store is emptied, stays empty, and is filled again", async () => {
  await page.click("#empty");
  await page.waitForSelector("#confirm[open]");
  await page.keyboard.press("Escape");
  await factBecomes(page, "Records", "2,000");
  await page.click("#empty");
  await page.click("#confirm-yes");
  await page.waitForSelector("#vacant:not([hidden])");
  await factBecomes(page, "Records", "0");
  await picture(page, "empty");
  assert.deepEqual(await barriers(page), []);
  await page.reload();
  await page.waitForSelector("#vacant:not([hidden])");
  assert.equal(await page.isDisabled("#question"), true);
  await page.click("#load-again");
  await page.waitForSelector("#progress:not([hidden])");
  await ready(page);
  await factBecomes(page, "Records", "2,000");
  assert.equal(await page.isDisabled("#question"), false);
});

test("nothing was complained of: no console error, no violation, no other origin", () => {
  assert.deepEqual(visitor.complaints, []);
});
