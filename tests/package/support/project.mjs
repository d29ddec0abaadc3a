// An empty project somewhere else, with the packed package installed as a user would install it.
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
export const root = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const program = fileURLToPath(new URL("../program", import.meta.url));

/** Packs dist/ as it is, and installs it. Nothing is fetched: the package has no dependencies. */
export async function makeProject() {
  const folder = await mkdtemp(join(tmpdir(), "vecino-package-"));
  const packed = await npm(root, [
    "pack",
    "--ignore-scripts",
    "--json",
    "--pack-destination",
    folder,
  ]);
  const [{ filename, files }] = JSON.parse(packed);
  await cp(program, folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "program", private: true, type: "module" }),
  );
  await npm(folder, [
    "install",
    "--offline",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    filename,
  ]);
  return {
    folder,
    files: files.map(({ path }) => path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function npm(cwd, args) {
  const { stdout } = await execute("npm", args, { cwd, maxBuffer: 1 << 24 });
  return stdout;
}

/** Runs `source` as a module in the project's folder; resolves to what it printed. */
export async function runNode(folder, source) {
  const args = ["--input-type=module", "--eval", source];
  const { stdout } = await execute(process.execPath, args, { cwd: folder, timeout: 60_000 });
  return stdout;
}

/** Type-checks `files` of the project with its own options; throws with the compiler's words. */
export async function checkTypes(folder, options, files) {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "--noEmit", "--strict", "--ignoreConfig", ...options, ...files];
  await execute(process.execPath, args, { cwd: folder }).catch(({ stdout, message }) => {
    throw new Error(stdout || message);
  });
}

/** Bundles `source` as a user's page; resolves with what Vite puts out, its script among it under the name `entry`. */
export async function bundlePage(folder, entry, source) {
  const { build } = await import("vite");
  await writeFile(join(folder, entry), source);
  const { output } = await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2022",
      rollupOptions: { input: entry, output: { entryFileNames: entry } },
    },
  });
  return output;
}
