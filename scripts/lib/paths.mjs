// Where things are. Every script works from the repository's root, wherever it was called from.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** A path inside the repository. */
export const inRoot = (...parts) => join(root, ...parts);

/** Outputs of `npm run build`. `glue` is what wasm-bindgen makes and js/ imports. */
export const buildDir = inRoot("build");
export const glueDir = inRoot("build", "wasm");
export const regexDir = inRoot("build", "regex");
export const distDir = inRoot("dist");

/** The cache that every clone of the repository on this machine shares. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "vecino");
