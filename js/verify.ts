/** Verifying: everything stored against its checksums and against each other, one collection after the other. */
import { checkOptions, checkSignal } from "./arguments.js";
import type {
  CollectionReport,
  StorageProblem,
  VerifyOptions,
  VerifyReport,
} from "./client-types.js";
import type { Connection } from "./connection.js";
import type { ReportParts } from "./transport/protocol.js";

export async function verify(
  connection: Connection,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  checkOptions("verify()", options, ["signal", "onProgress"]);
  const signal = checkSignal("verify()", options.signal);
  signal?.throwIfAborted();
  const [damage, ...found] = await connection.call("overview");
  const ids = new Set(found);
  ids.delete("namespaces");
  const report: VerifyReport = { ok: damage === null, collections: [], problems: [] };
  if (damage !== null) {
    report.problems.push({ what: damage, where: "tenants and databases", code: "damaged" });
  }
  let done = 0;
  for (const id of ids) {
    signal?.throwIfAborted();
    options.onProgress?.(done, ids.size);
    const parts = await connection.call("verify", id);
    done += 1;
    // Null: it was deleted meanwhile.
    if (!parts) continue;
    const collection = toReport(id, parts);
    report.collections.push(collection);
    report.ok &&= collection.ok;
  }
  signal?.throwIfAborted();
  options.onProgress?.(done, ids.size);
  return report;
}

function toReport(id: string, [name, records, losses, ...parts]: ReportParts): CollectionReport {
  const triples = Array.from({ length: parts.length / 3 }, (_, i) => parts.slice(3 * i, 3 * i + 3));
  const lost = triples
    .splice(0, losses)
    .map(([id, part, where]) => ({ id, part, where }) as CollectionReport["lost"][number]);
  const problems = triples.map(([what, where, code]) => ({ what, where, code }) as StorageProblem);
  return { id, name, records, ok: triples.length + losses === 0, lost, problems };
}
