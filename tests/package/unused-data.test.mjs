// Which data the build clears out of a module: on small ones, with what a linker would tell of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { checkData } from "../../scripts/build/data-check.mjs";
import { plainCode } from "../../scripts/build/plain-code.mjs";
import { clearUnused, constantsOf, readLinks } from "../../scripts/build/unused-data.mjs";
import { signed, unsigned } from "../../scripts/build/wasm-binary.mjs";

const DATA_SYMBOL = 1;
const [IN_CODE, IN_DATA] = [4, 5];

/** Objects that follow each other at 16: `flags` of two bytes, `after` of four, `end` of one, and an unused one. */
const symbols = { flags: [0, 2], after: [2, 4], end: [6, 1], unused: [7, 2] };
const content = [5, 6, 9, 9, 9, 9, 7, 8, 8];
const START = 16;

const named = (name) => [...unsigned(name.length), ...Buffer.from(name)];
const section = (name, content) => {
  const all = [...named(name), ...content];
  return Buffer.from([0, ...unsigned(all.length), ...all]);
};

function linking() {
  const entries = Object.entries(symbols).flatMap(([name, [offset, size]]) => [
    ...[DATA_SYMBOL, 0, ...named(name)],
    ...[0, ...unsigned(offset), ...unsigned(size)],
  ]);
  const table = [...unsigned(Object.keys(symbols).length), ...entries];
  return section("linking", [2, 8, ...unsigned(table.length), ...table]);
}

/** Relocations: in the section at that index an address `addend` bytes from the symbol's start, written at `offset`. */
function relocations(name, index, type, list) {
  const entries = list.flatMap(([symbol, addend, offset = 0]) => [
    ...[type, ...unsigned(offset), Object.keys(symbols).indexOf(symbol), ...signed(addend)],
  ]);
  return section(name, [...unsigned(index), ...unsigned(list.length), ...entries]);
}

/** The data from START on once what `get` does not use of it is cleared; `inCode` is what the linker tells of it. */
function cleared(get, inCode, inData = []) {
  const source = `(module (memory $m 1) (export "memory" (memory $m))
    (data (i32.const ${START}) "${content.map((byte) => `\\0${byte}`).join("")}")
    (func (export "get") (param i32) (result i32) ${get}))`;
  const module = binaryen.parseText(source);
  const linked = Buffer.concat([
    Buffer.from(module.emitBinary()),
    linking(),
    relocations("reloc.CODE", 3, IN_CODE, inCode),
    relocations("reloc.DATA", 4, IN_DATA, inData),
  ]);
  const { links, module: bytes } = readLinks(linked);
  const result = clearUnused(bytes, module.emitText(), links);
  module.dispose();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(result.bytes));
  return [...new Uint8Array(exports.memory.buffer, START, content.length)];
}

test("an object is in use if the code names its start", () => {
  const get = "(i32.load8_u (i32.const 22))";
  assert.deepEqual(cleared(get, [["end", 0]]), [0, 0, 0, 0, 0, 0, 7, 0, 0]);
});

test("an object is in use if the code names only its end, where another begins", () => {
  // Counting from -2 up to 0, as LLVM has loops do.
  const get = "(i32.load8_u (i32.add (local.get 0) (i32.const 18)))";
  assert.deepEqual(cleared(get, [["flags", 2]]).slice(0, 2), [5, 6]);
});

test("an object is in use if the code adds to an address before or behind it", () => {
  for (const addend of [-97, 60]) {
    const get = `(i32.load8_u (i32.add (local.get 0) (i32.const ${22 + addend})))`;
    assert.equal(cleared(get, [["end", addend]])[6], 7);
  }
});

test("an address that the linker does not know is of both objects that it lies between", () => {
  const get = "(i32.load8_u (i32.add (local.get 0) (i32.const 18)))";
  assert.deepEqual(cleared(get, [["flags", 0]]), [5, 6, 9, 9, 9, 9, 0, 0, 0]);
});

test("an object is in use if one in use holds its end", () => {
  const get = "(i32.load (i32.const 18))";
  // The data section's content: a count, flag, offset and length come before the bytes.
  const bytes = 6;
  const kept = cleared(get, [["after", 0]], [["end", 1, bytes + 2]]);
  assert.deepEqual(kept, [0, 0, 9, 9, 9, 9, 7, 0, 0]);
});

test("what is in use is told from code in which addresses are as the linker wrote them", async () => {
  const module = binaryen.parseText(`(module (memory 1)
    (func $fail (param i32) (unreachable))
    (func $look (param i32 i32) (result i32)
      (i32.load8_u (i32.add (i32.add (local.get 0) (local.get 1)) (i32.const -97))))
    (func (export "get") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (call $fail (i32.const 4000))))
      (call $look (i32.const 5000) (local.get 0))))`);
  const plain = constantsOf(await plainCode(Buffer.from(module.emitBinary())));
  assert.ok(plain.has(5000), "the table's address");
  assert.ok(!plain.has(4000), "what a function gets that only traps");
  // Why the optimized code would not do.
  module.optimize();
  assert.ok(!constantsOf(module.emitText()).has(5000));
  module.dispose();
});

test("a module that lost data which its code names is refused, and one that gets it too late", () => {
  const part = (data, get = "") => {
    const text = `(module (memory 1) (data (i32.const 16) "${data}") (func (export "get") ${get}))`;
    const module = binaryen.parseText(text);
    const made = { bytes: Buffer.from(module.emitBinary()), text: module.emitText() };
    module.dispose();
    return made;
  };
  const table = { address: 18, end: 20, others: [] };
  const links = { named: new Map([[16, new Set([{ address: 16, end: 18, others: [table] }])]]) };
  const use = "(drop (i32.load (i32.const 16)))";
  const original = part("abcd").bytes;
  checkData([part("abcd", use)], original, links);
  checkData([part("ab\\00\\00")], original, links);
  checkData([part("ab"), part("abcd", use)], original, links);
  for (const parts of [[part("ab", use)], [part("abc", use), part("abcd")]]) {
    assert.throws(
      () => checkData(parts, original, links),
      /data at 18, but .* lost the byte at 1[89]/,
    );
  }
});
