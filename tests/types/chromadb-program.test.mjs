// A program typed against npm chromadb compiles against "vecino/chromadb" when nothing but the import is changed, and
// every type that chromadb exports is there.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
// Below the root, so that the packages are found; build/ is ignored by git.
const folder = join(root, "build/types");
const execute = promisify(execFile);

before(async () => {
  await mkdir(folder, { recursive: true });
  // The declarations as the package publishes them.
  await tsc("--project", join(root, "tsconfig.build.json"), "--outDir", join(folder, "vecino"));
});
after(() => rm(folder, { recursive: true, force: true }));

for (const strict of [true, false]) {
  test(`the program compiles against both packages${strict ? "" : ", with looser options"}`, async () => {
    const program = await readFile(new URL("program.ts", import.meta.url), "utf8");
    assert.ok(program.split("\n").length > 150);
    const imported = 'from "chromadb"';
    assert.equal(program.split(imported).length, 2, "the program has one import");
    const changed = program.replace(imported, 'from "vecino/chromadb"');
    await compile({ "theirs.ts": program, "ours.ts": changed }, strict);
    const broken = changed.replace("client.heartbeat()", "client.heartbeats()");
    await assert.rejects(compile({ "broken.ts": broken }, strict), /heartbeats/);
  });
}

test("every type that chromadb exports is exported", async () => {
  const declared = await readFile(join(root, "node_modules/chromadb/dist/chromadb.d.ts"), "utf8");
  const [, list] = /\nexport \{([^}]*)\};\s*$/.exec(declared);
  const names = list.split(",").map((name) => name.trim().replace(/^type /, ""));
  assert.ok(names.length > 100);
  const lines = names.map((name) => `export type { ${name} } from "vecino/chromadb";`);
  await compile({ "names.ts": lines.join("\n") }, true);
});

async function compile(files, strict) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const options = {
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    module: "preserve",
    moduleResolution: "bundler",
    types: [],
    noEmit: true,
    strict,
    exactOptionalPropertyTypes: strict,
    noUncheckedIndexedAccess: strict,
    skipLibCheck: true,
    paths: { "vecino/chromadb": ["./vecino/chromadb.d.ts"] },
  };
  const project = join(folder, "tsconfig.json");
  const text = JSON.stringify({ compilerOptions: options, files: Object.keys(files) });
  await writeFile(project, text);
  await tsc("--project", project);
}

async function tsc(...args) {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  await execute(process.execPath, [compiler, ...args]).catch(({ stdout, message }) => {
    throw new Error(stdout || message);
  });
}
