// Step 3 of the build: www/ to www/dist/, with the package as its users import it.

import { relative } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { heading, runNode } from "../lib/run.mjs";
import { digest, filesUnder, whenChanged } from "../lib/stamp.mjs";

const output = inRoot("www", "dist");

export async function buildDemo() {
  const own = filesUnder(inRoot("www"))
    .filter((file) => !file.startsWith(output))
    .map((file) => relative(inRoot(), file));
  const sources = [...own, "dist", "package-lock.json", "scripts/lib/headers.mjs"];
  await whenChanged("demo", digest(sources), [inRoot("www", "dist", "index.html")], async () => {
    heading("Demo");
    await runNode("vite/bin/vite.js", ["build", inRoot("www")]);
  });
}
