// The built demo, served as `npm start` serves it, in a headless Chromium that notes whatever a visitor should never see.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { chromiumFlags } from "../../scripts/lib/chromium-flags.mjs";

const www = fileURLToPath(new URL("../../www", import.meta.url));
const shots = fileURLToPath(new URL("../../build/demo-screenshots/", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serves www/dist on a free port and starts the browser. */
export async function startDemo() {
  if (!existsSync(`${www}/dist/index.html`)) throw new Error("www/dist is not built: run npm test");
  const server = await preview({
    root: www,
    logLevel: "error",
    preview: { host: "127.0.0.1", port: 0, strictPort: false },
  });
  const { port } = server.httpServer.address();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: chromiumFlags,
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    visitor: (options) => newVisitor(browser, port, options),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * A visitor with an empty profile. `complaints` gathers console errors, uncaught errors, violations of the policy and
 * requests to other origins.
 */
async function newVisitor(browser, port, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const complaints = [];
  const origin = `http://127.0.0.1:${port}`;
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI}`),
    );
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`request to ${request.url()}`);
  });
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(`uncaught: ${error.error().message}`));
  return { context, complaints, close: () => context.close() };
}

/** Waits until the page has every passage and takes questions. */
export async function ready(page) {
  await page.waitForFunction(
    () =>
      document.querySelector("#progress").hidden &&
      document.querySelector("#store-facts").children.length > 0,
    undefined,
    { timeout: 120_000 },
  );
}

/** Asks and waits for the results of this very question. */
export async function ask(page, question) {
  await page.fill("#question", question);
  await page.press("#question", "Enter");
  await page.waitForFunction((text) => document.title.startsWith(text), question);
}

/** What the results show, as a reader would say it. */
export async function hits(page) {
  return page.$$eval(".hit", (articles) =>
    articles.map((article) => {
      const text = (name) => article.querySelector(`.${name}`).textContent;
      return {
        id: article.dataset.id,
        title: text("hit-title"),
        facts: [...article.querySelectorAll(".hit-facts span")].map((span) => span.textContent),
        passage: text("passage"),
        distance: Number(text("distance").replace("distance ", "")),
        marks: [...article.querySelectorAll(".passage mark")].map((mark) => mark.textContent),
        shared: text("shared"),
      };
    }),
  );
}

/** The fact of that name in the panel "The store", as it is drawn now. */
export async function fact(page, name) {
  return page
    .locator("#store-facts dt", { hasText: name })
    .locator("xpath=following-sibling::dd[1]")
    .textContent();
}

/**
 * Waits until the fact is `value`. A change is drawn part by part, so what another part of the page shows already says
 * nothing of this one.
 */
export async function factBecomes(page, name, value) {
  const patience = Date.now() + 10_000;
  while ((await fact(page, name)) !== value && Date.now() < patience) {
    await page.waitForTimeout(20);
  }
  assert.equal(await fact(page, name), value, name);
}

/** Keeps a picture for people to look at; git does not. */
export async function picture(page, name, { whole = false } = {}) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}${name}.png`, fullPage: whole });
}

/** What axe finds serious or worse, as "rule: target". */
export async function barriers(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}
