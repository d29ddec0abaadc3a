// Which values make the module of regular expressions load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";
import { inRoot } from "../../scripts/lib/paths.mjs";

async function load() {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { usesRegex } from "./js/regex.js";',
      resolveDir: inRoot(),
    },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "warning",
    treeShaking: true,
    // The engine's glue is not needed to look at values.
    plugins: [
      {
        name: "without-engine",
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /vecino\.js$|regex-compiler\.js$/ }, ({ path }) => ({
            path,
            namespace: "none",
          }));
          onLoad({ filter: /.*/, namespace: "none" }, () => ({
            contents: "export const setRegexCompiler = undefined, regexCompiler = undefined;",
          }));
        },
      },
    ],
  });
  const [{ contents }] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`);
}

const { usesRegex } = await load();

test("only clauses with a regular expression need the module", () => {
  const selection = (clause) => ["id", { ids: ["$regex"], where: clause }, ["documents"]];
  const deep = { $and: [{ a: 1 }, { $or: [{ "#document": { $not_regex: "x" } }, { b: 2 }] }] };
  const itself = { a: 1 };
  itself.self = [itself];
  for (const [value, expected] of [
    [selection({ a: "$regex" }), false],
    [selection({ a: { $in: ["$regex"] } }), false],
    [selection(undefined), false],
    [selection(deep), true],
    [["id", { whereDocument: { $regex: "" } }], true],
    [["id", [{ filter: deep, rank: { $knn: { query: [1, 2] } } }]], true],
    [["id", new Float32Array(3), null, { length: 1 }], false],
    [[itself], false],
    [[{ ...itself, $regex: "x" }], true],
  ]) {
    assert.equal(usesRegex(value), expected);
  }
});
