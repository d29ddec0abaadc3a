import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./fail.mjs";
import { cacheDir } from "./paths.mjs";
import { findOnPath, heading, isExecutable, run } from "./run.mjs";

export const wasmTarget = "wasm32-unknown-unknown";

/** The command-line tools, each at one version. wasm-bindgen's must equal the crate's in Cargo.toml. */
export const tools = {
  wasmBindgen: {
    crate: "wasm-bindgen-cli",
    version: "0.2.130",
    commands: ["wasm-bindgen", "wasm-bindgen-test-runner"],
  },
  wasmPack: { crate: "wasm-pack", version: "0.15.1", commands: ["wasm-pack"] },
  cargoDeny: {
    crate: "cargo-deny",
    version: "0.20.2",
    commands: ["cargo-deny"],
    flags: ["--no-default-features"],
  },
};

/** Makes sure that Rust can compile for WebAssembly. */
export async function ensureRust() {
  if (!findOnPath("cargo", "cargo.exe")) {
    throw new Failure("Rust is missing: install it with rustup, see https://rustup.rs.");
  }
  const find = ["--print", "target-libdir", "--target", wasmTarget];
  const folder = (await run("rustc", find, { quiet: true })).trim();
  if (existsSync(folder)) return;
  if (!findOnPath("rustup", "rustup.exe")) {
    throw new Failure(`Rust's target ${wasmTarget} is missing: install it beside this Rust.`);
  }
  heading(`Rust target ${wasmTarget}`);
  await run("rustup", ["target", "add", wasmTarget]);
}

/** The folder with a tool's commands; the tool is compiled first if this machine has none yet. */
export async function ensureTool(tool) {
  const name = `${tool.crate}-${tool.version}`;
  const folder = join(cacheDir, name);
  const isInstalled = () => tool.commands.every((file) => isExecutable(join(folder, "bin", file)));
  if (!isInstalled()) {
    heading(`${name}, once for this machine (a few minutes)`);
    await install(tool, folder, isInstalled);
  }
  return join(folder, "bin");
}

/**
 * Compiles in a folder of this process and moves the result into place in one step, so that
 * neither an interrupted install nor two at a time can leave half a tool behind.
 */
async function install(tool, folder, isInstalled) {
  mkdirSync(cacheDir, { recursive: true });
  removeAbandoned();
  const partial = join(cacheDir, `partial-${process.pid}`);
  const args = ["install", tool.crate, "--version", `=${tool.version}`, "--root", partial];
  try {
    await run("cargo", [...args, ...(tool.flags ?? [])], {
      cwd: cacheDir,
      env: {
        CARGO_TARGET_DIR: join(partial, "target"),
        // These tools run for seconds: quick to compile matters more than quick to run.
        CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
        CARGO_PROFILE_RELEASE_LTO: "off",
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
        CARGO_PROFILE_RELEASE_DEBUG: "0",
      },
    });
    rmSync(join(partial, "target"), { recursive: true, force: true });
    if (isInstalled()) return;
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } catch (error) {
    if (!isInstalled()) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Removes what installs left behind that were ended before they could clean up. */
function removeAbandoned() {
  for (const name of readdirSync(cacheDir)) {
    const pid = Number(/^partial-(\d+)$/.exec(name)?.[1]);
    if (pid && !isRunning(pid)) rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
