// The server's answer to an operation, checked against the server itself: every query is computed a second time from
// what its own get returns, because its graph leaves out records (differences.mjs, "missed-neighbor").
import { distance, near } from "./distances.mjs";
import { lettersOf } from "./letters.mjs";

const everything = ["documents", "metadatas", "embeddings", "uris"];

/** `world` is the server's side. The answer to a query carries `distances` and `ties` for the comparison. */
export async function truth(world, operation, note) {
  if (operation.call === "deleteCollection") await emptied(world, operation, note);
  const answer = await world.run(operation);
  if (operation.call === "listCollections" && answer.value) note("list-order");
  if (operation.call !== "query") return answer;
  const asked = await withKnownIds(world, operation, answer, note);
  return asked.answer.value ? checked(world, asked, note) : asked.answer;
}

/** Deletes the records of a collection before it goes, or their lists would come back in another one. */
async function emptied(world, { args }, note) {
  const collection = [...world.slots.values()].find(({ name }) => name === args.name);
  if (!collection) return;
  const { ids } = await collection.get({ include: [] });
  if (ids.length > 0) await collection.delete({ ids });
  note("array-leak");
}

async function withKnownIds(world, operation, answer, note) {
  const { ids } = operation.args;
  const unknown = answer.error === "ChromaServerError" && answer.message.includes("finding id");
  if (!unknown || !ids) return { operation, answer };
  const { value } = await world.run({ ...operation, call: "get", args: { ids, include: [] } });
  if (value.ids.length === ids.length) return { operation, answer };
  note("query-unknown-id");
  if (value.ids.length > 0) {
    const narrowed = { ...operation, args: { ...operation.args, ids: value.ids } };
    return { operation: narrowed, answer: await world.run(narrowed) };
  }
  // No id is left to ask for: the answer of a filter that matches nothing.
  const nothing = { ...operation.args, where: { absent: "nothing at all" } };
  return { operation, answer: await world.run({ ...operation, args: nothing }) };
}

async function checked(world, { operation, answer }, note) {
  const { args } = operation;
  const { ids, where, whereDocument } = args;
  const matches = await world.run({
    on: operation.on,
    call: "get",
    args: { ids, where, whereDocument, include: everything },
  });
  if (matches.error) throw new Error(`get refuses what query takes: ${matches.message}`);
  const space = world.spaces.get(operation.on);
  const queries = args.queryEmbeddings ?? args.queryTexts.map(lettersOf);
  const limit = args.nResults ?? 10;
  const exact = queries.map((query) => ranked(space, query, matches.value));
  const value = structuredClone(answer.value);
  const included = [...everything, "distances"].filter((name) => value.include.includes(name));
  for (const [q, all] of exact.entries()) {
    const nearest = all.slice(0, limit);
    if (explained(value, q, all, nearest)) continue;
    const missed = nearest.filter(({ id }) => !value.ids[q].includes(id));
    if (missed.length === 0) {
      throw new Error(
        `the server's answer to query ${q} is not understood: ${JSON.stringify(value)}`,
      );
    }
    note("missed-neighbor");
    value.ids[q] = nearest.map(({ id }) => id);
    for (const name of included) value[name][q] = nearest.map((row) => row[name]);
  }
  return {
    value,
    distances: exact.map((all) => all.slice(0, limit).map(({ distances }) => distances)),
    ties: exact.map((all, q) => tied(all, limit, included, new Set(value.ids[q]))),
  };
}

/** Every matching record, nearest first, equal ones in order of insertion. */
function ranked(space, query, { ids, ...columns }) {
  const float = Float32Array.from(query);
  const all = ids.map((id, i) => ({
    id,
    documents: columns.documents[i],
    metadatas: columns.metadatas[i],
    embeddings: columns.embeddings[i],
    uris: columns.uris[i],
    distances: distance(space, columns.embeddings[i], float),
  }));
  return all.sort((a, b) => a.distances - b.distances);
}

/** Whether the server's rows are those nearest ones, but for ties. */
function explained({ ids, distances }, q, all, nearest) {
  if (ids[q].length !== nearest.length || new Set(ids[q]).size !== ids[q].length) return false;
  const far = new Map(all.map((row) => [row.id, row.distances]));
  return ids[q].every((id, i) => {
    const expected = nearest[i].distances;
    const reported = distances[q]?.[i];
    return (
      far.has(id) &&
      near(far.get(id), expected) &&
      (reported === undefined || near(reported, expected))
    );
  });
}

/** The records outside the answer that are as far away as its last one. */
function tied(all, limit, included, answered) {
  const last = all[limit - 1];
  if (!last) return [];
  const rows = all.filter(
    ({ id, distances }) => near(distances, last.distances) && !answered.has(id),
  );
  return rows.map((row) => {
    const named = included.filter((name) => name !== "distances");
    return {
      id: row.id,
      ...Object.fromEntries(named.map((name) => [name.slice(0, -1), row[name]])),
    };
  });
}
