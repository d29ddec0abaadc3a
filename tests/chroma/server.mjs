// A Chroma server of the pinned version, from PyPI, in a virtual environment of its own under build/chroma/.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Failure } from "../../scripts/lib/fail.mjs";
import { buildDir } from "../../scripts/lib/paths.mjs";
import { findOnPath, heading, run } from "../../scripts/lib/run.mjs";
import { whenChanged } from "../../scripts/lib/stamp.mjs";

export const serverVersion = "1.5.9";

const home = join(buildDir, "chroma");
const venv = join(home, "venv");
const program = join(venv, "bin", "chroma");

/** Starts it with an empty folder on a free port: `{ host, port, stop() }`. */
export async function startServer() {
  await install();
  const folder = mkdtempSync(join(home, "data-"));
  const port = await freePort();
  const settings = { port, listen_address: "127.0.0.1", persist_path: folder, allow_reset: true };
  const file = join(folder, "server.yaml");
  const lines = Object.entries(settings).map(
    ([key, value]) => `${key}: ${JSON.stringify(value)}\n`,
  );
  writeFileSync(file, lines.join(""));
  const child = spawn(program, ["run", file], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const ended = new Promise((resolve) => child.on("close", resolve));
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const server = { host: "127.0.0.1", port, stop };
  try {
    await answering(server, child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return server;
}

async function install() {
  mkdirSync(home, { recursive: true });
  await whenChanged("chroma", `chromadb ${serverVersion}`, [program], async () => {
    const python = findOnPath("python3", "python");
    if (!python)
      throw new Failure("Chroma's server needs Python 3.9 or later; there is no python3.");
    heading(`chromadb ${serverVersion} from PyPI`);
    if (!existsSync(venv)) await run(python, ["-m", "venv", venv]);
    await run(join(venv, "bin", "pip"), ["install", "--quiet", `chromadb==${serverVersion}`]);
  });
}

async function answering({ host, port }, child, output) {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (child.exitCode !== null) throw new Failure(`Chroma's server ended:\n${output()}`);
    const answer = await fetch(`http://${host}:${port}/api/v2/heartbeat`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Failure(`Chroma's server does not answer after a minute:\n${output()}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
