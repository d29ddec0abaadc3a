// The README's first example, run as it is printed, and run again after a reload.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "vite";
import { launch, serveFiles } from "../conformance/support/browser.mjs";
import { makeProject, root } from "./support/project.mjs";

let project;

before(async () => {
  project = await makeProject();
});

after(() => project?.remove());

test("the README's example prints what it says", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, example] = /```js\n([\s\S]*?)```/.exec(readme);
  const [, expected] = /console\.log\(.*\/\/ (.*)/.exec(example);
  await writeFile(join(project.folder, "main.js"), example);
  const output = join(project.folder, "site");
  await build({
    root: project.folder,
    configFile: false,
    logLevel: "warn",
    build: { outDir: output, target: "es2022" },
  });
  const server = await serveFiles(output);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    for (const visit of ["first visit", "after a reload"]) {
      const printed = page.waitForEvent("console", { timeout: 60_000 });
      await page.goto(`${server.url}/index.html`);
      const [value] = (await printed).args();
      assert.deepEqual(await value.jsonValue(), JSON.parse(expected), visit);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
