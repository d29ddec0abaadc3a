// Cuts an optimized module in two: the primary one, and a secondary one with everything that only one of its exports
// leads to (reach.mjs). That export must not be called before the secondary module is there; all others never need it.
//
// The two share memory, stack and tables, which the primary module exports. Calls between them go through the
// function table: the secondary module fills the slots that the primary leaves empty for it, and calls through slots
// what it needs of the primary and of JavaScript. So the primary's exports are all that it imports.
import { Failure } from "../lib/fail.mjs";
import {
  calledIn,
  exportIn,
  forms,
  importOf,
  moduleOf,
  segmentIn,
  segmentOf,
  throughTable,
} from "./module-text.mjs";
import { onlyObjects } from "./moved-data.mjs";
import { reach } from "./reach.mjs";
import { withZeros } from "./unused-data.mjs";
import { DATA, joined, sections } from "./wasm-binary.mjs";

/** Exports of the primary module that only the secondary uses. */
const [TABLE, STACK] = ["shared_table", "shared_stack"];

/**
 * Splits the module of this text at its export `entry`; `plain` is its code before it was optimized (plain-code.mjs),
 * which tells whose the data is, and `links` what the linker told of it. Returns `primary` and
 * `secondary` as `{ text, data }`: `data(content)` makes the module's data of that of the whole. The secondary imports
 * the primary's exports from `from`.
 */
export function split(text, plain, entry, from, links) {
  const module = read(text, from);
  const before = parts(read(plain, from), entry, links);
  const { start, kept, all } = parts(module, entry, links, before);
  const isNew = (name) => !kept.functions.has(name) && !module.functions.get(name).imported;
  const moved = new Set([...all.functions].filter(isNew));
  // Functions that only lead to each other are in neither.
  const stays = (name) => all.functions.has(name) && !moved.has(name);
  const movedObjects = new Set([...all.objects].filter((object) => !kept.objects.has(object)));

  const calls = [...moved].flatMap((name) => [...calledIn(module.functions.get(name).text)]);
  const needed = [...new Set(calls)].filter((name) => !moved.has(name));
  const slots = withSlotsFor([start, ...needed], module.slots);
  const slotOf = new Map([...slots].map(([slot, name]) => [name, slot]));
  const through = (name) =>
    throughTable(module.functions.get(name), module.table, slotOf.get(name));
  const partOf = (isOwn) => [
    ...segments([...slots].filter(([, name]) => isOwn(name))).map(({ offset, names }) =>
      segmentOf(module.table, offset, names),
    ),
    ...module.bodies.filter(({ name }) => isOwn(name)).map((form) => form.text),
  ];
  return {
    primary: {
      text: moduleOf([
        ...module.head,
        ` (export "${TABLE}" (table ${module.table}))`,
        ` (export "${STACK}" (global ${module.stack}))`,
        ...partOf(stays),
        through(start),
      ]),
      data: (content) => withZeros(content, links.objects, kept.objects),
    },
    secondary: {
      text: moduleOf([
        ...module.types,
        ...module.shared,
        ...module.data,
        ...partOf((name) => moved.has(name)),
        ...needed.map(through),
      ]),
      data: (content) => onlyObjects(content, movedObjects, kept.objects),
    },
  };
}

/**
 * What all exports but `entry` lead to (`kept`), and what all do, with the objects that they led to `before`; and the
 * function that `entry` is.
 */
function parts(module, entry, links, before) {
  const start = module.exports.get(entry);
  if (!start) throw new Failure(`The module has no export ${entry}.`);
  const from = (names, objects = links.roots) => reach(names, module, { ...links, roots: objects });
  const kept = from(othersThan(start, module, links), before?.kept.objects);
  if (kept.functions.has(start)) throw new Failure(`Not only JavaScript calls ${entry}.`);
  return { start, kept, all: from([...kept.functions, start], before?.all.objects) };
}

/** The bytes of a part. */
export async function assembled({ text, data }) {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.parseText(text);
  const bytes = Buffer.from(module.emitBinary());
  module.dispose();
  const list = sections(bytes).map(({ id, content }) => ({
    id,
    content: id === DATA ? data(content) : content,
  }));
  return joined(bytes, list);
}

function read(text, from) {
  const list = forms(text);
  const of = (kind) => list.filter((form) => form.kind === kind);
  const texts = (chosen) => chosen.map((form) => form.text);
  const tables = of("table");
  const table = tables.find((form) => form.text.endsWith(" funcref)"));
  const variables = of("global").filter((form) => form.text.includes("(mut "));
  if (variables.length !== 1) throw new Failure("The module has more variables than its stack's.");
  const exported = of("export").map(({ text }) => exportIn(text));
  const exportOf = new Map(exported.map(({ kind, name, as }) => [`${kind} ${name}`, as]));
  exportOf.set(`table ${table.name}`, TABLE).set(`global ${variables[0].name}`, STACK);
  const slots = new Map();
  for (const segment of of("elem")) {
    const { offset, names } = segmentIn(segment.text);
    for (const [at, name] of names.entries()) slots.set(offset + at, name);
  }
  const functions = of("func");
  const bodies = functions.filter(({ imported }) => !imported);
  return {
    functions: new Map(functions.map((form) => [form.name, form])),
    bodies,
    started: of("start").map(({ name }) => name),
    exports: new Map(
      exported.flatMap(({ kind, name, as }) => (kind === "func" ? [[as, name]] : [])),
    ),
    slots,
    table: table.name,
    stack: variables[0].name,
    types: texts(of("type")),
    data: texts(of("data")),
    head: texts(list.filter((form) => form.kind !== "elem" && !bodies.includes(form))),
    shared: [...of("memory"), ...tables, ...variables].map((form) =>
      importOf(form, from, exportOf.get(`${form.kind} ${form.name}`)),
    ),
  };
}

/** All functions that can be called from outside but `start`. */
function othersThan(start, { exports, slots, started }, links) {
  const exported = [...exports.values()].filter((name) => name !== start);
  // A number that neither code nor data is known to name may be known to JavaScript.
  const named = new Set([...links.numbers, ...links.objects.flatMap(({ numbers }) => numbers)]);
  const open = [...slots].filter(([slot]) => !named.has(slot)).map(([, name]) => name);
  return [...exported, ...started, ...open];
}

/** The function table with these functions in it, in free slots where they have none, by slot. */
function withSlotsFor(names, slots) {
  const found = new Map(slots);
  const present = new Set(slots.values());
  // The linker begins far above, and small numbers are short. Calling 0 has to trap as ever.
  let free = 1;
  for (const name of names) {
    if (present.has(name)) continue;
    if (slots.has(free)) throw new Failure("The function table has too few free slots.");
    found.set(free, name);
    free += 1;
  }
  return new Map([...found].sort(([one], [other]) => one - other));
}

/** Slots that follow each other as `{ offset, names }`. */
function segments(slots) {
  const found = [];
  for (const [slot, name] of slots) {
    const last = found.at(-1);
    if (last && last.offset + last.names.length === slot) last.names.push(name);
    else found.push({ offset: slot, names: [name] });
  }
  return found;
}
