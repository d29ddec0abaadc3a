// Data and functions that nothing in an optimized module leads to any more.
//
// A third of a Rust module's data is what panics would say: messages, file names, positions, tables of
// functions that format values. Once panics end at once nothing reads it, but optimizers keep all
// data: they see bytes and not where an object ends. The linker knows: with `--emit-relocs` it tells
// every object (symbol) in the data, and every place that holds an address or a number of the function
// table. So:
//
// - An object is in use if a constant of the optimized code, or half of one, is an address of it, or an
//   object in use holds its address. Constants that only look like an address keep an object that is not
//   needed; nothing worse.
// - The place of an address does not tell whose it is: a loop that counts up to zero adds to the end of its
//   object, where another begins. The linker tells. An address that it does not know was computed from
//   others, and is of all objects that it lies in or between.
// - Code may add to an address that lies outside of its object (`table - 97`). The linker's list shows
//   such addresses; their objects are in use.
// - A number of the function table is in use if code named it and it is still a constant of the code, or
//   an object in use holds it.
//
// What is not in use becomes zeros, and holes in the table: calling one would trap.
import {
  CODE,
  DATA,
  dataSegments,
  ELEMENTS,
  joined,
  Reader,
  sections,
  tableSection,
  tableSegments,
} from "./wasm-binary.mjs";

// https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md
const SYMBOL_TABLE = 8;
const [DATA_SYMBOL, SECTION_SYMBOL] = [1, 3];
const [UNDEFINED, EXPLICIT_NAME] = [0x10, 0x40];
const TABLE_NUMBERS = { code: 1, data: 2 };
const ADDRESSES = { code: [3, 4], data: [5] };
/** Relocations that are followed by an addend. */
const WITH_ADDEND = new Set([3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25]);

/**
 * What the linker tells in a module linked with `--emit-relocs`: the objects in its data as
 * `{ address, end, others, numbers }`, with what they hold: addresses of other objects, and numbers of the function
 * table; `roots`, objects that have to stay; `named`, for each address in the code the objects that it is of; and
 * `numbers` of the function table that code names. And the module without it, which other tools do not know.
 */
export function readLinks(bytes) {
  const all = sections(bytes);
  const custom = (name) => all.find((section) => section.name === name);
  if (!custom("linking")) throw new Error("The module was not linked with --emit-relocs.");
  const data = all.find(({ id }) => id === DATA);
  const segments = dataSegments(data.content);
  const symbols = readSymbols(custom("linking").content);
  const objectOf = symbols.map(({ kind, segment, offset, size }) => {
    if (kind !== DATA_SYMBOL || segment === undefined) return undefined;
    const address = segments[segment].address + offset;
    return { address, end: address + size, others: [], numbers: [] };
  });
  const objects = objectOf.filter(Boolean);
  const roots = new Set();
  const named = new Map();
  const numbers = new Set();

  const code = all.find(({ id }) => id === CODE);
  for (const { type, offset, symbol, addend } of relocations(custom("reloc.CODE"))) {
    if (type === TABLE_NUMBERS.code) numbers.add(new Reader(code.content, offset).signed());
    const object = ADDRESSES.code.includes(type) && objectOf[symbol];
    if (!object) continue;
    const address = object.address + addend;
    if (!within(object, address)) roots.add(object);
    if (!named.has(address)) named.set(address, new Set());
    named.get(address).add(object);
  }
  for (const { type, offset, symbol, addend } of relocations(custom("reloc.DATA"))) {
    const holders = objectsIn(objects, addressIn(segments, data.content, offset));
    if (holders.length === 0) {
      throw new Error("An address stands in the data outside of all objects.");
    }
    if (type === TABLE_NUMBERS.data) {
      const number = data.content.readUInt32LE(offset);
      for (const holder of holders) holder.numbers.push(number);
    } else if (ADDRESSES.data.includes(type)) {
      const object = objectOf[symbol];
      if (!within(object, object.address + addend)) roots.add(object);
      for (const holder of holders) holder.others.push(object);
    }
  }
  const isLinkers = ({ name }) => name === "linking" || name?.startsWith("reloc.");
  const module = joined(
    bytes,
    all.filter((section) => !isLinkers(section)),
  );
  return { links: { objects, roots, named, numbers }, module };
}

/**
 * Clears out of the optimized module `bytes` what is not in use; `inUse` in the result is how many objects are.
 * `text` is the same module as text.
 */
export function clearUnused(bytes, text, links) {
  const { objects, roots, numbers } = links;
  const inUse = new Set(roots);
  const inCode = constantsOf(text);
  for (const constant of inCode) {
    for (const object of objectsOf(constant, links)) inUse.add(object);
  }
  const calledBy = new Set([...numbers].filter((number) => inCode.has(number)));
  for (const object of inUse) {
    for (const other of object.others) inUse.add(other);
    for (const number of object.numbers) calledBy.add(number);
  }
  const mentioned = new Set([...numbers, ...objects.flatMap((object) => object.numbers)]);
  const isHole = (number) => mentioned.has(number) && !calledBy.has(number);
  const list = sections(bytes).map(({ id, content }) => {
    if (id === DATA) return { id, content: withZeros(content, objects, inUse) };
    if (id === ELEMENTS) return { id, content: withHoles(content, isHole) };
    return { id, content };
  });
  return { bytes: joined(bytes, list), inUse: inUse.size };
}

/** The constants of a module's code that can be addresses or numbers of the table. */
export function constantsOf(text) {
  // Where segments begin is no use of what is there.
  const code = text.replaceAll(/^ *\((data|elem) .*$/gm, "");
  const found = new Set();
  for (const [, number] of code.matchAll(/(?:i32\.const |offset=)(-?\d+)/g))
    found.add(Number(number));
  // An address and a length can have become one constant.
  for (const [, number] of code.matchAll(/i64\.const (-?\d+)/g)) {
    const bits = BigInt.asUintN(64, BigInt(number));
    found.add(Number(bits & 0xffffffffn)).add(Number(bits >> 32n));
  }
  for (const [, lanes] of code.matchAll(/v128\.const i32x4 ([^)]*)/g)) {
    for (const lane of lanes.trim().split(" ")) found.add(Number(lane));
  }
  return found;
}

export function withZeros(content, objects, inUse) {
  const copy = Buffer.from(content);
  const original = dataSegments(content);
  dataSegments(copy).forEach(({ address, bytes }, at) => {
    const each = (chosen, change) => {
      for (const object of chosen) {
        // Zeros at the end of a segment may have been cut off already.
        const from = Math.max(object.address - address, 0);
        const to = Math.min(object.end - address, bytes.length);
        if (from < to) change(from, to);
      }
    };
    each(objects, (from, to) => bytes.fill(0, from, to));
    // Texts that end alike overlap.
    each(inUse, (from, to) => bytes.set(original[at].bytes.subarray(from, to), from));
  });
  return copy;
}

function withHoles(content, isHole) {
  const runs = tableSegments(content).flatMap(({ offset, functions }) => {
    const found = [];
    functions.forEach((index, at) => {
      if (isHole(offset + at)) return;
      const last = found.at(-1);
      if (last && last.offset + last.functions.length === offset + at) last.functions.push(index);
      else found.push({ offset: offset + at, functions: [index] });
    });
    return found;
  });
  return tableSection(runs);
}

/** The objects that a constant of the code can be an address of. */
export function objectsOf(constant, { objects, named }) {
  const known = named.get(constant);
  if (known) return [...known, ...objectsIn(objects, constant)];
  return objects.filter((object) => within(object, constant));
}

/** The objects with the byte at `address`: texts that end alike overlap. */
const objectsIn = (objects, address) =>
  objects.filter((object) => object.address <= address && address < object.end);

/** Whether an address is of the object, or its end. */
const within = ({ address, end }, at) => address <= at && at <= end;

function addressIn(segments, content, offset) {
  const place = content.byteOffset + offset;
  const segment = segments.find(
    ({ bytes }) => bytes.byteOffset <= place && place < bytes.byteOffset + bytes.length,
  );
  return segment.address + place - segment.bytes.byteOffset;
}

function readSymbols(content) {
  const reader = new Reader(content);
  reader.name();
  reader.unsigned(); // the version
  while (reader.at < content.length) {
    const type = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (type === SYMBOL_TABLE) return reader.list(() => readSymbol(reader));
    reader.at = end;
  }
  throw new Error("The linker's section has no symbols.");
}

function readSymbol(reader) {
  const [kind, flags] = [reader.byte(), reader.unsigned()];
  if (kind === DATA_SYMBOL) {
    reader.name();
    if (flags & UNDEFINED) return { kind };
    return {
      kind,
      segment: reader.unsigned(),
      offset: reader.unsigned(),
      size: reader.unsigned(),
    };
  }
  reader.unsigned(); // the index
  if (kind !== SECTION_SYMBOL && (!(flags & UNDEFINED) || flags & EXPLICIT_NAME)) reader.name();
  return { kind };
}

function relocations({ content }) {
  const reader = new Reader(content);
  reader.name();
  reader.unsigned(); // the section
  return reader.list(() => {
    const type = reader.byte();
    const [offset, symbol] = [reader.unsigned(), reader.unsigned()];
    return { type, offset, symbol, addend: WITH_ADDEND.has(type) ? reader.signed() : 0 };
  });
}
