// npm start: builds the package and the demo, then serves the demo on 127.0.0.1.
import { createServer } from "node:net";
import { buildDemo } from "./build/demo.mjs";
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { Failure, main } from "./lib/fail.mjs";
import { ensurePackages } from "./lib/npm-packages.mjs";
import { inRoot } from "./lib/paths.mjs";

const host = "127.0.0.1";
const defaultPort = 5173;

await main(async () => {
  const port = readPort(process.env.PORT);
  await requireFree(port);
  await ensurePackages();
  await buildWasm();
  await buildPackage();
  await buildDemo();

  const { preview } = await import("vite");
  await preview({ root: inRoot("www"), preview: { host, port, strictPort: true } });
  console.log(`\nVecino's demo is at http://${host}:${port}/ (Ctrl+C ends it)`);
});

function readPort(text) {
  if (!text) return defaultPort;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new Failure(`PORT is "${text}"; it has to be a whole number from 1 to 65535.`);
}

/** Looks before the build whether the port is free: nobody wants to wait minutes to learn it. */
async function requireFree(port) {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new Failure(
          error.code === "EADDRINUSE"
            ? `Port ${port} is taken: end what uses it, or choose another, as in PORT=8080 npm start.`
            : `Port ${port} cannot be used: ${error.message}.`,
        ),
      ),
    );
    server.listen(port, host, () => server.close(resolve));
  });
}
