// Modules as the text that binaryen writes of those without names, which calls functions $12 and $fimport$3.

/** The forms of a module's top level: `{ kind, name, imported, text }`; the kind of an import is what it imports. */
export function forms(text) {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, at) => (line.startsWith(" (") ? [at] : []));
  return starts.map((start, at) => {
    const form = lines.slice(start, starts[at + 1] ?? lines.lastIndexOf(")")).join("\n");
    const [, keyword, what] = /^ \((\w+)(?: "[^"]*" "[^"]*" \((\w+))?/.exec(form);
    const [, name] = /^ \([^$]*?(\$[^\s()]+)/.exec(form) ?? [];
    return { kind: what ?? keyword, name, imported: keyword === "import", text: form };
  });
}

export const moduleOf = (texts) => `(module\n${texts.join("\n")}\n)\n`;

/** The functions that a function calls, or takes a reference of. */
export function calledIn(text) {
  const found = text.matchAll(/\((?:call|return_call|ref\.func) (\$[^\s()]+)/g);
  return new Set([...found].map(([, name]) => name));
}

/** What an export is: `{ kind, name, as }`, exported `as` a name for JavaScript. */
export function exportIn(text) {
  const [, as, kind, name] = /\(export "([^"]*)" \((\w+) (\$[^\s()]+)/.exec(text);
  return { kind, name, as };
}

/** What a segment of the table holds: `{ offset, names }` of functions. */
export function segmentIn(text) {
  const [, offset, names] = /\(i32\.const (\d+)\)(?: func)? ([^)]*)\)/.exec(text);
  return { offset: Number(offset), names: names.split(" ") };
}

export const segmentOf = (table, offset, names) =>
  ` (elem (table ${table}) (i32.const ${offset}) func ${names.join(" ")})`;

/** Imports from module `from`, as `name`, what a form makes: a memory, a table, or a variable. */
export function importOf({ kind, name: internal, text }, from, name) {
  const type = kind === "global" ? /\(mut \w+\)/.exec(text)[0] : /\$\S+ (.*)\)$/.exec(text)[1];
  return ` (import "${from}" "${name}" (${kind} ${internal} ${type}))`;
}

/** A function with the name and the type of this one, which calls what is in that slot of the table. */
export function throughTable({ name, text }, table, slot) {
  const head = text.split("\n", 1)[0];
  const types = (keyword) =>
    [...head.matchAll(new RegExp(`\\(${keyword} (?:\\$\\S+ )?([^)]*)\\)`, "g"))].flatMap(
      ([, found]) => found.split(" "),
    );
  const clause = (keyword) => types(keyword).map((type) => `(${keyword} ${type})`);
  const type = [...clause("param"), ...clause("result")].join(" ");
  const given = types("param").map((_, at) => `(local.get ${at})`);
  return ` (func ${name} ${type} (call_indirect ${table} ${type} ${given.join(" ")} (i32.const ${slot})))`;
}
