// "vecino/chromadb" has the exports of npm chromadb: the values, the types, and the shape of each class.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

// As values: what is compared is looked up by name.
const chromadb = { ...(await import("chromadb")) };
const vecino = { ...(await import("vecino/chromadb")) };

const declared = await readFile(
  new URL("../../node_modules/chromadb/dist/chromadb.d.ts", import.meta.url),
  "utf8",
);

test("the run-time exports are those of npm chromadb, each of the same kind", () => {
  assert.deepEqual(Object.keys(vecino).sort(), Object.keys(chromadb).sort());
  for (const [name, theirs] of Object.entries(chromadb)) {
    assert.equal(typeof vecino[name], typeof theirs, name);
  }
});

test("constants have the same values", () => {
  for (const [name, theirs] of Object.entries(chromadb)) {
    if (typeof theirs !== "function" && !(theirs instanceof Map)) {
      assert.deepEqual(vecino[name], theirs, name);
    }
  }
});

test("classes have the same public methods, and the same static ones", () => {
  for (const [name, theirs] of Object.entries(chromadb)) {
    if (!isClass(theirs)) continue;
    const ours = members(vecino[name]);
    const { methods, statics } = declaredMembers(name);
    assert.deepEqual(
      methods.filter((key) => !ours.includes(key)),
      [],
      name,
    );
    assert.deepEqual(
      statics.filter((key) => typeof vecino[name][key] !== "function"),
      [],
      `static of ${name}`,
    );
  }
});

test("errors have the same names, and take a message and a cause", () => {
  const cause = new Error("the reason");
  for (const name of Object.keys(chromadb).filter((key) => key.endsWith("Error"))) {
    const args = name === "ChromaError" ? ["Named", "words", cause] : ["words", cause];
    const [ours, theirs] = [new vecino[name](...args), new chromadb[name](...args)];
    assert.deepEqual([ours.name, ours.message, ours.cause], [theirs.name, theirs.message, cause]);
    assert.ok(ours instanceof Error);
  }
  for (const type of ["InvalidCollection", "InvalidArgumentError", "Other"]) {
    const theirs = chromadb.createErrorByType(type, "words");
    const ours = vecino.createErrorByType(type, "words");
    assert.deepEqual([ours?.name, ours?.message], [theirs?.name, theirs?.message]);
  }
});

test("importing it registers nothing", () => {
  assert.equal(vecino.knownEmbeddingFunctions.size, 0);
  assert.equal(vecino.knownSparseEmbeddingFunctions.size, 0);
});

/** Methods, getters and static methods that chromadb's types declare public, in this class itself. */
function declaredMembers(name) {
  const pattern = new RegExp(`declare (?:abstract )?class ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`);
  const [, body] = pattern.exec(declared);
  const named = (kind) => {
    const found = body.matchAll(new RegExp(`^ {4}${kind}([a-zA-Z]\\w*)[(<]`, "gm"));
    return [...new Set([...found].map(([, member]) => member))];
  };
  const methods = named("(?:get )?").filter((member) => member !== "constructor");
  return { methods, statics: named("static ") };
}

function isClass(value) {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Names on the prototypes, and of the fields that stand for chromadb's getters. */
function members(Class) {
  const isClient = Class === vecino.ChromaClient || Class.prototype instanceof vecino.ChromaClient;
  const names = isClient ? Object.getOwnPropertyNames(new vecino.ChromaClient()) : [];
  for (let at = Class.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names;
}
