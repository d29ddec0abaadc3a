// How the build cuts a module in two, on a small one and on the engine's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import binaryen from "binaryen";
import { assembled, split } from "../../scripts/build/split.mjs";
import {
  DATA,
  dataSegments,
  ELEMENTS,
  sections,
  tableSegments,
} from "../../scripts/build/wasm-binary.mjs";
import { root } from "./support/project.mjs";

const contentOf = (bytes, wanted) => sections(bytes).find(({ id }) => id === wanted).content;

/** `rare` reaches $poll through the table, by the number in an object at 16; $both is everybody's. */
const source = `
(module
  (import "js" "log" (func $log (param i32)))
  (import "js" "rare" (func $rareLog (param i32 f64)))
  (global $stack (mut i32) (i32.const 1000))
  (memory $m 1)
  (table $t 120 120 funcref)
  (data (i32.const 16) "\\64\\00\\00\\00\\2a\\00\\00\\00\\65\\00\\00\\00")
  (elem (i32.const 100) $poll $shared)
  (export "memory" (memory $m))
  (export "often" (func $often))
  (export "rare" (func $rare))
  (func $both (param i32) (result i32) (call $log (i32.const 5)) (i32.add (local.get 0) (i32.const 1)))
  (func $shared (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10)))
  (func $poll (param i32) (result i32)
    (call $rareLog (i32.const 7) (f64.const 0.5))
    (global.set $stack (i32.const 900))
    (i32.add (call $both (local.get 0)) (i32.load (i32.const 20))))
  (func $often (param i32) (result i32)
    (i32.add (global.get $stack)
      (call $both (call_indirect (param i32) (result i32) (local.get 0) (i32.load (i32.const 24))))))
  (func $rare (param i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (i32.load (i32.const 16)))))`;

const object = (address, end, numbers = []) => ({ address, end, others: [], numbers });
const objects = [object(16, 20, [100]), object(20, 24), object(24, 28, [101])];
const links = {
  objects,
  roots: new Set(),
  named: new Map(objects.map((object) => [object.address, new Set([object])])),
  numbers: new Set(),
};

const compile = async (part) => new WebAssembly.Module(await assembled(part));

const written = (text) => binaryen.readBinary(binaryen.parseText(text).emitBinary()).emitText();

function splitAt(entry, text = source, plain = text) {
  return split(written(text), written(plain), entry, "first", links);
}

test("what only one export leads to moves, with its data, and calls back and forth", async () => {
  const { primary, secondary } = splitAt("rare");
  const logged = [];
  const js = { log: (...what) => logged.push(what), rare: (...what) => logged.push(what) };
  const { exports } = new WebAssembly.Instance(await compile(primary), { js });
  const bytes = () => [...new Uint8Array(exports.memory.buffer, 16, 12)];

  assert.equal(exports.often(2), 1021);
  assert.throws(() => exports.rare(2), WebAssembly.RuntimeError);
  assert.deepEqual(bytes(), [0, 0, 0, 0, 0, 0, 0, 0, 101, 0, 0, 0]);
  // It may have changed, and has to stay so.
  new Uint8Array(exports.memory.buffer)[25] = 9;
  new WebAssembly.Instance(await compile(secondary), { first: exports });
  assert.deepEqual(bytes(), [100, 0, 0, 0, 42, 0, 0, 0, 101, 9, 0, 0]);
  new Uint8Array(exports.memory.buffer)[25] = 0;
  logged.length = 0;
  assert.equal(exports.rare(2), 45);
  assert.deepEqual(logged, [[7, 0.5], [5]]);
  assert.equal(exports.often(2), 921, "the stack pointer is shared");
});

test("data stays with code in which the optimizer has computed with its address", async () => {
  // Its address has become one of what only `rare` uses.
  const text = source.replace("(i32.load (i32.const 24))", "(i32.load offset=4 (i32.const 20))");
  const { primary } = splitAt("rare", text, source);
  const js = { log() {}, rare() {} };
  const { exports } = new WebAssembly.Instance(await compile(primary), { js });
  assert.equal(exports.often(2), 1021);
});

test("functions that only lead to each other go", () => {
  const text = source.replace(
    '(export "memory"',
    '(func $one (call $other)) (func $other (call $one)) (export "memory"',
  );
  const count = ({ primary }) => primary.text.match(/^ \(func /gm).length;
  assert.equal(count(splitAt("rare", text)), count(splitAt("rare")));
});

test("a module that another build has exports for is refused", async () => {
  const { primary, secondary } = splitAt("rare");
  const { exports } = new WebAssembly.Instance(await compile(primary), {
    js: { log() {}, rare() {} },
  });
  const second = await compile(secondary);
  assert.throws(() => new WebAssembly.Instance(second, { other: exports }), TypeError);
});

test("an export that others lead to, or that is not there, is no place to cut", () => {
  assert.throws(() => splitAt("seldom"), /no export seldom/);
  const text = source.replace("(elem (i32.const 100) $poll", "(elem (i32.const 99) $rare $poll");
  assert.throws(() => splitAt("rare", text), /Not only JavaScript/);
});

test("the engine's two modules fill different slots of the table, and different memory", () => {
  const [primary, secondary] = ["vecino_bg.wasm", "vecino_rare_bg.wasm"].map((name) =>
    readFileSync(join(root, "build/wasm", name)),
  );
  const slots = (bytes) =>
    tableSegments(contentOf(bytes, ELEMENTS)).flatMap(({ offset, functions }) =>
      functions.map((_, at) => offset + at),
    );
  const taken = new Set(slots(primary));
  assert.ok(slots(secondary).length > 10);
  assert.deepEqual(
    slots(secondary).filter((slot) => taken.has(slot)),
    [],
  );
  const memory = new Map();
  for (const { address, bytes } of dataSegments(contentOf(primary, DATA))) {
    for (const [at, byte] of bytes.entries()) memory.set(address + at, byte);
  }
  for (const { address, bytes } of dataSegments(contentOf(secondary, DATA))) {
    for (const [at, byte] of bytes.entries()) {
      const before = memory.get(address + at) ?? 0;
      assert.ok(before === 0 || before === byte, `the byte at ${address + at} is another`);
    }
  }
});
