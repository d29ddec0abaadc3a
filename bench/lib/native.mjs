// Native hnswlib in a Python process of its own, from a virtual environment below build/.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildDir } from "../../scripts/lib/paths.mjs";
import { execute, findOnPath, heading } from "../../scripts/lib/run.mjs";
import { EF_CONSTRUCTION, M } from "../page/settings.js";

const packages = ["hnswlib==0.8.0", "numpy==2.2.6"];
export const nativeVersion = packages[0].replace("==", " ");

const folder = join(buildDir, "bench", "native");
const python = join(folder, "bin", "python");
const stamp = join(folder, packages.join("-"));

/** Makes the environment unless it is there: `undefined` then, else the reason why it cannot be had. */
export async function ensureNative() {
  if (existsSync(stamp)) return undefined;
  const found = findOnPath("python3");
  if (!found) return "there is no python3 on the PATH";
  heading("Native hnswlib (compiles it; needs a C++ compiler)");
  const steps = [
    [found, ["-m", "venv", folder]],
    [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]],
  ];
  for (const [command, args] of steps) {
    const { code, output } = await execute(command, args, { quiet: true });
    if (code !== 0)
      return `${args.slice(0, 3).join(" ")} failed: ${output.trim().split("\n").at(-1)}`;
  }
  writeFileSync(stamp, "");
  return undefined;
}

/** A process with an index of its own. */
export class Native {
  #process = spawn(python, [join(import.meta.dirname, "../native/driver.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  #lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();

  /** Milliseconds of building over unit vectors, row after row. */
  async fill({ base, queries, dimension }) {
    mkdirSync(folder, { recursive: true });
    const files = { base: join(folder, "base.f32"), queries: join(folder, "queries.f32") };
    writeFileSync(files.base, base);
    writeFileSync(files.queries, queries);
    const given = { ...files, dimension, m: M, efConstruction: EF_CONSTRUCTION };
    return (await this.#call("fill", given)).ms;
  }

  /** As `window.bench.block` in page/contest.js. */
  block(given) {
    return this.#call("block", given);
  }

  close() {
    this.#process.stdin.end();
  }

  async #call(command, given) {
    this.#process.stdin.write(`${JSON.stringify({ command, ...given })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`Native hnswlib ended in ${command}.`);
    return JSON.parse(value);
  }
}
