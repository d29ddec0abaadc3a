// npm run test:chroma: Vecino against a Chroma server, with the same random operations.
//   --seeds 1-100      which seeds (one number for one seed)
//   --operations 100   how many operations each
//   --record           writes what the programs print, and the answers of the first seeds when nothing differs
//   --no-build         takes dist/ as it is
import { parseArgs } from "node:util";
import { buildPackage } from "../../scripts/build/package.mjs";
import { buildWasm } from "../../scripts/build/wasm.mjs";
import { Failure, main } from "../../scripts/lib/fail.mjs";
import { ensurePackages } from "../../scripts/lib/npm-packages.mjs";
import { heading } from "../../scripts/lib/run.mjs";
import { notGenerated, tolerated } from "./differences.mjs";
import { serverVersion, startServer } from "./server.mjs";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1-100" },
    operations: { type: "string", default: "100" },
    record: { type: "boolean", default: false },
    "no-build": { type: "boolean", default: false },
  },
});

await main(async () => {
  if (!values["no-build"]) {
    await ensurePackages();
    await buildWasm();
    await buildPackage();
  }
  const server = await startServer();
  try {
    const { runPrograms } = await import("./programs.mjs");
    await runPrograms(server, values.record);
    await compareAll(server, seedsOf(values.seeds), Number(values.operations));
  } finally {
    await server.stop();
  }
});

async function compareAll(server, seeds, count) {
  const { compared, operationsOf, smallest } = await import("./differential.mjs");
  heading(`Vecino and Chroma ${serverVersion}: ${seeds.length} seeds of ${count} operations`);
  const used = new Map(Object.keys(tolerated).map((name) => [name, 0]));
  const note = (name) => used.set(name, used.get(name) + 1);
  let total = 0;
  const failures = [];
  const recorded = [];
  for (const seed of seeds) {
    const list = operationsOf(seed, count);
    const result = await compared(server, list, note);
    total += result.compared;
    if (!result.failure) {
      recorded.push({ seed, list, answers: result.answers });
      continue;
    }
    const { index, found } = result.failure;
    const few = await smallest(server, list.slice(0, index + 1));
    failures.push(seed);
    console.error(`\nSeed ${seed}: operation ${index} differs: ${found}`);
    console.error(`The fewest operations that show it:`);
    for (const operation of few) console.error(`  ${JSON.stringify(operation)}`);
    console.error(
      `Again: npm run test:chroma -- --seeds ${seed} --operations ${Math.min(index + 1, count)}`,
    );
  }
  console.log(`\n${total} operations compared. Differences tolerated:`);
  for (const [name, times] of used) console.log(`  ${name}: ${times}`);
  console.log(`Never generated: ${Object.keys(notGenerated).join(", ")}.`);
  if (failures.length > 0) throw new Failure(`Seeds with differences: ${failures.join(", ")}.`);
  if (values.record) (await import("./trace.mjs")).writeTrace(recorded);
}

function seedsOf(text) {
  const [first, last = first] = text.split("-").map(Number);
  if (!(first <= last)) throw new Failure(`--seeds expects 7 or 1-100, got ${text}.`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
