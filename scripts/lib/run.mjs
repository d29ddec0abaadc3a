import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Failure } from "./fail.mjs";
import { inRoot, root } from "./paths.mjs";

// The commands write to a pipe, so they have to be told that a terminal is at its other end.
const color = process.stdout.isTTY ? { CARGO_TERM_COLOR: "always", FORCE_COLOR: "1" } : {};

/** Starts a section of the output. */
export function heading(text) {
  console.log(`\n== ${text}`);
}

/**
 * Runs a command and resolves with `{ code, stdout, output }` when it ends; `output` holds both
 * of its streams. They are passed on as they come, or kept back with `quiet`.
 */
export function execute(command, args, { cwd = root, env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...color, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        if (name === "stdout") stdout += text;
        output += text;
        if (!quiet) process[name].write(text);
      });
    }
    child.on("error", (error) =>
      reject(
        error.code === "ENOENT" ? new Failure(`The command ${command} was not found.`) : error,
      ),
    );
    child.on("close", (code) => resolve({ code, stdout, output }));
  });
}

/** Like `execute`, for a command that has to succeed. Resolves with what it wrote to stdout. */
export async function run(command, args, options = {}) {
  const { code, stdout, output } = await execute(command, args, options);
  if (code !== 0) {
    const shown = options.quiet ? `\n${output}` : "";
    throw new Failure(`${[command, ...args].join(" ")} ended with code ${code}.${shown}`);
  }
  return stdout;
}

/** Runs a JavaScript command-line tool of an npm package, such as `node_modules/vite/bin/vite.js`. */
export function runNode(file, args, options) {
  return run(process.execPath, [inRoot("node_modules", file), ...args], options);
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The full path of the first of these commands that is on the PATH, else undefined. */
export function findOnPath(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}
