// The packed tarball, in an empty project: bundled, opened, filled, reloaded, compared with an exact scan.
import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { launch, serveFiles } from "../conformance/support/browser.mjs";
import { exactScan, loadData } from "./support/data.mjs";
import { bundlePage, checkTypes, makeProject, root, runNode } from "./support/project.mjs";

const csp = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
let project;

before(async () => {
  project = await makeProject();
});

after(() => project?.remove());

test("the tarball holds the code, the engine, the types and nothing else", () => {
  const expected =
    /^(dist\/[\w-]+\.(js|js\.map|wasm)|dist\/.*\.d\.ts|package\.json|[A-Z-]+(\.md)?)$/;
  assert.deepEqual(
    project.files.filter((file) => !expected.test(file)),
    [],
  );
  const scripts = ["index.js", "node.js", "worker.js", "chromadb.js", "chromadb-node.js"];
  const modules = ["vecino_bg.wasm", "vecino_rare_bg.wasm", "vecino_regex_bg.wasm"];
  for (const file of [...scripts, ...modules, "index.d.ts", "chromadb.d.ts"]) {
    assert.ok(project.files.includes(`dist/${file}`), `${file} is missing`);
  }
});

test("a bundled page finds the same records as an exact scan, before and after a reload", async (t) => {
  const data = loadData(root);
  t.diagnostic(data.origin);
  const output = await bundle(project.folder, data);
  const server = await serveFiles(output, { headers: { "content-security-policy": csp } });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.stack));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    await page.goto(`${server.url}/index.html`);

    const filled = await page.evaluate(() => window.search());
    const all = data.records.length;
    assert.deepEqual([filled.found, filled.count, filled.records], [0, all, all]);
    compare(filled, exactScan(data, 10), data);

    await page.reload();
    const kept = await page.evaluate(() => window.search());
    assert.equal(kept.found, data.records.length, "the records came from IndexedDB");
    assert.deepEqual(kept.ids, filled.ids);
    assert.deepEqual(kept.distances, filled.distances);
    assert.deepEqual(kept.documents, filled.documents);

    const filtered = await page.evaluate(() => window.search({ part: "part 3" }));
    compare(
      filtered,
      exactScan(data, 10, ({ metadata }) => metadata.part === "part 3"),
      data,
    );
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
    await server.close();
  }
});

test("importing it in Node, and constructing clients, does nothing", async () => {
  const forbidden = ["Worker", "indexedDB", "location", "navigator", "document", "fetch", "window"];
  const source = `
    for (const name of ${JSON.stringify(forbidden)}) {
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get() { throw new Error("the import looked at " + name); },
      });
    }
    const globals = Object.getOwnPropertyNames(globalThis).sort().join();
    for (const entry of ["vecino", "./node_modules/vecino/dist/index.js"]) {
      const { EphemeralClient, OpenAIEmbeddingFunction, PersistentClient } = await import(entry);
      new EphemeralClient();
      new PersistentClient({ path: "notes" });
      new OpenAIEmbeddingFunction({ apiKey: "key", model: "m" });
    }
    for (const entry of ["vecino/chromadb", "./node_modules/vecino/dist/chromadb.js"]) {
      const { AdminClient, ChromaClient, Schema } = await import(entry);
      new ChromaClient();
      new AdminClient({ host: "localhost", port: 8000, ssl: false });
      new Schema();
    }
    if (Object.getOwnPropertyNames(globalThis).sort().join() !== globals) throw new Error("globals");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const open = process.getActiveResourcesInfo();
    if (open.length > 0) throw new Error("still open: " + open);
    console.log("nothing");
  `;
  assert.equal(await runNode(project.folder, source), "nothing\n");
});

test("it searches in Node, and lets the process end", async () => {
  const source = `
    import { EphemeralClient } from "vecino";
    const client = new EphemeralClient();
    const notes = await client.createCollection({ name: "notes" });
    await notes.add({ ids: ["a", "b"], embeddings: [[1, 0], [0, 1]] });
    console.log((await notes.query({ queryEmbeddings: [[0, 2]], nResults: 1 })).ids[0][0]);
  `;
  assert.equal(await runNode(project.folder, source), "b\n");
});

test("a program written for chromadb runs in Node with another import and { memory: true }", async () => {
  const source = `
    import { AdminClient, ChromaClient, K, Schema, StringInvertedIndexConfig } from "vecino/chromadb";
    const client = new ChromaClient({ memory: true });
    const admin = new AdminClient({ memory: true });
    await admin.createDatabase({ name: "zoo", tenant: "default_tenant" });
    const zoo = new ChromaClient({ memory: true, database: "zoo" });
    const schema = new Schema().deleteIndex(new StringInvertedIndexConfig(), "secret");
    const notes = await zoo.createCollection({ name: "notes", schema });
    await notes.add({ ids: ["a", "b"], embeddings: [[1, 0], [0, 1]], metadatas: [{ n: 1 }, { n: 2 }] });
    console.log((await notes.get({ where: K("n").gt(1).toJSON() })).ids[0], await client.countCollections());
    console.log(await new ChromaClient().heartbeat().catch(({ code, message }) => code + message));
  `;
  const printed = await runNode(project.folder, source);
  assert.match(printed, /^b 0\nstorage_unavailable.*\{ memory: true \}.*\n$/);
});

test("a page that only searches bundles neither Schema nor AdminClient nor the builder", async () => {
  const source = `
    import { PersistentClient } from "vecino";
    window.client = new PersistentClient({ path: "notes" });
  `;
  const output = await bundlePage(project.folder, "small.js", source);
  const files = new Map(output.map((file) => [file.fileName, file]));
  let code = "";
  const follow = (name) => {
    const file = files.get(name);
    files.delete(name);
    if (!file) return;
    code += file.code;
    file.imports.forEach(follow);
  };
  follow("small.js");
  assert.match(code, /createCollection/);
  for (const part of [
    "createDatabase",
    "deleteIndex",
    "OpenAIEmbeddingFunction",
    "$not_regex",
    "AdminCloudClient",
  ]) {
    assert.ok(!code.includes(part), `${part} is in what the page loads first`);
  }
  assert.ok(
    [...files.values()].some((file) => file.code?.includes("deleteIndex")),
    "the schema's rules are a chunk of their own",
  );
});

test("bundled for a server, it reads the engine from its file, or says where the file must be", async () => {
  const source = `
    import { EphemeralClient } from "vecino";
    console.log(await new EphemeralClient().countCollections().catch(({ message }) => message));
  `;
  await writeFile(join(project.folder, "server.js"), source);
  await build({
    root: project.folder,
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: { ssr: "server.js", target: "es2022", outDir: "server" },
  });
  const run = () => runNode(project.folder, 'await import("./server/server.js")');
  const message = await run();
  const expected = /could not be loaded from (file:\S+vecino_bg\.wasm): ENOENT.* must be there/;
  assert.match(message, expected);
  const [, place] = expected.exec(message);
  await copyFile(join(root, "dist/vecino_bg.wasm"), fileURLToPath(place));
  assert.equal(await run(), "0\n");
});

test("the types resolve for bundlers and for Node, with every library checked", async () => {
  const source = `
    import { EphemeralClient, type Collection, type QueryResult } from "vecino";
    export async function search(collection: Collection): Promise<string[]> {
      const hits: QueryResult<{ year: number }> = await collection.query<{ year: number }>({
        queryEmbeddings: [[1, 2]],
        where: { year: { $gt: 1990 } },
      });
      // @ts-expect-error the types are there, and not any
      hits.nothing;
      return hits.ids[0] ?? [];
    }
    export const client = new EphemeralClient();
  `;
  await writeFile(join(project.folder, "typed.ts"), source);
  const shared = ["--target", "es2022", "--lib", "es2022,dom", "--skipLibCheck", "false"];
  const bundler = ["--module", "esnext", "--moduleResolution", "bundler"];
  const node = ["--module", "nodenext", "--moduleResolution", "nodenext"];
  for (const options of [bundler, node]) {
    await checkTypes(project.folder, [...shared, ...options], ["typed.ts"]);
  }
});

/** Bundles the program with Vite beside its data; returns the folder to serve. */
async function bundle(folder, { records, embeddings, queries }) {
  await mkdir(join(folder, "public"));
  await writeFile(join(folder, "public/records.json"), JSON.stringify(records));
  await writeFile(join(folder, "public/embeddings.bin"), embeddings);
  await writeFile(join(folder, "public/queries.bin"), queries);
  await build({ root: folder, configFile: false, logLevel: "error" });
  return join(folder, "dist");
}

/** The same distances in the same order, and ids that are at those distances. */
function compare({ ids, distances, documents }, expected, { records }) {
  assert.equal(ids.length, expected.length);
  const documentOf = new Map(records.map(({ id, document }) => [id, document]));
  for (const [q, nearest] of expected.entries()) {
    assert.equal(ids[q].length, nearest.length);
    for (const [i, { distance }] of nearest.entries()) {
      const off = Math.abs(distances[q][i] - distance);
      assert.ok(off < 1e-5, `query ${q}, place ${i}: ${distances[q][i]}, expected ${distance}`);
    }
    const missed = nearest.filter(({ id }) => !ids[q].includes(id));
    // Records at the very distance of the last place may stand in for each other.
    const last = nearest.at(-1).distance;
    assert.ok(
      missed.every(({ distance }) => last - distance < 1e-5),
      `query ${q} misses ${missed}`,
    );
    assert.deepEqual(
      documents[q],
      ids[q].map((id) => documentOf.get(id)),
    );
  }
}
