// npm test: sets everything up, then runs the native tests, the tests in a browser, and the tests
// of the built package and the demo.
import { delimiter } from "node:path";
import { buildDemo } from "./build/demo.mjs";
import { buildPackage } from "./build/package.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { ensureChromium, writeWebdriverJson } from "./lib/chromium.mjs";
import { Failure, main } from "./lib/fail.mjs";
import { ensurePackages } from "./lib/npm-packages.mjs";
import { inRoot } from "./lib/paths.mjs";
import { execute, heading } from "./lib/run.mjs";
import { ensureRust, ensureTool, tools } from "./lib/rust.mjs";
import { filesUnder } from "./lib/stamp.mjs";
import { tally } from "./lib/tally.mjs";

await main(async () => {
  await ensurePackages();
  await ensureRust();
  const browser = await ensureChromium();
  const bindgen = await ensureTool(tools.wasmBindgen);
  const wasmPack = await ensureTool(tools.wasmPack);

  const results = [await nativeTests(), await browserTests(browser, bindgen, wasmPack)];
  await buildWasm();
  await buildPackage();
  await buildDemo();
  results.push(await packageTests(browser));

  const total = (key) => results.map(tally).reduce((sum, counts) => sum + counts[key], 0);
  console.log(
    `\n${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`,
  );
  if (results.some(({ code }) => code !== 0)) throw new Failure("Some tests failed.");
});

function nativeTests() {
  heading("Native tests: cargo test");
  return execute("cargo", ["test", "--workspace", "--locked", "--no-fail-fast"]);
}

function browserTests({ chromium, chromedriver }, bindgen, wasmPack) {
  heading("Browser tests: wasm-pack test --headless --chrome");
  const options = [
    "--headless",
    "--chrome",
    "--chromedriver",
    chromedriver,
    "--mode",
    "no-install",
  ];
  return execute("wasm-pack", ["test", ...options, ".", "--locked", "--lib", "--test", "browser"], {
    env: {
      PATH: [wasmPack, bindgen, process.env.PATH].join(delimiter),
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: writeWebdriverJson(chromium),
      WASM_BINDGEN_TEST_TIMEOUT: "300",
      WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
    },
  });
}

function packageTests({ chromium }) {
  heading("Package and demo tests: node --test");
  const files = filesUnder(inRoot("tests")).filter((file) => file.endsWith(".test.mjs"));
  if (files.length === 0) throw new Failure("There are no tests/**/*.test.mjs to run.");
  const options = ["--test-reporter=spec", "--test-timeout=600000"];
  return execute(process.execPath, ["--test", ...options, ...files], {
    env: { CHROMIUM: chromium },
  });
}
