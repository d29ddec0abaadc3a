// The programs of tests/programs against npm chromadb and the server.
import * as chromadb from "chromadb";
import { Failure } from "../../scripts/lib/fail.mjs";
import { heading } from "../../scripts/lib/run.mjs";
import { printed } from "../programs/printing.mjs";
import { names, transcript, writeTranscript } from "../programs/programs.mjs";
import { startService } from "../programs/service.mjs";

/** Compares what they print with what is recorded, or records it. */
export async function runPrograms({ host, port }, record) {
  heading(`Programs over npm chromadb: ${names.join(", ")}`);
  const service = await startService();
  try {
    for (const name of names) {
      await new chromadb.ChromaClient({ host, port }).reset();
      const program = await import(`../programs/${name}.mjs`);
      const text = await printed(program, { address: { host, port }, service: service.url });
      if (record) writeTranscript(name, text);
      else if (text !== transcript(name)) {
        throw new Failure(`${name} printed\n${text}\ninstead of\n${transcript(name)}`);
      }
    }
  } finally {
    await service.close();
  }
}
