// The entries for embedding functions, in an empty project: what they need, what bundlers take of them, their types; and
// the proxy that the README prints.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OpenAIEmbeddingFunction } from "vecino";
import { startService } from "../http/service.mjs";
import { bundlePage, checkTypes, makeProject, root, runNode } from "./support/project.mjs";

let project;

before(async () => {
  project = await makeProject();
});
after(() => project?.remove());

test("importing them does nothing and needs no other package; what is missing is named when it is needed", async () => {
  const source = `
    for (const name of ["indexedDB", "location", "fetch", "window", "Worker"]) {
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get() { throw new Error("the import looked at " + name); },
      });
    }
    const services = await import("vecino/embeddings");
    const { StaticEmbeddingFunction } = await import("vecino/static");
    const { TransformersEmbeddingFunction } = await import("vecino/transformers");
    services.cachedEmbeddingFunction(new services.OllamaEmbeddingFunction());
    const texts = ["a"];
    const files = { model: "{}", tokenizer: "{}", tokenizerConfig: "{}", vectors: new Int8Array(), scales: new Float32Array() };
    for (const embed of [new StaticEmbeddingFunction({ files }), new TransformersEmbeddingFunction()]) {
      console.log(await embed.generate(texts).catch(({ code, message }) => code + " " + message));
    }
  `;
  const printed = await runNode(project.folder, source);
  assert.match(printed, /^unsupported .*npm install @huggingface\/tokenizers/);
  assert.match(printed, /\nunsupported .*npm install @huggingface\/transformers/);
});

test("a page bundles the functions that it names, and no others", async () => {
  const bundled = async (source) => {
    const output = await bundlePage(project.folder, "page.js", source);
    return output.filter(({ type }) => type === "chunk");
  };
  const name = "DashScopeEmbeddingFunction";
  const source = `import { ${name} } from "vecino/embeddings"; window.embed = new ${name}();`;
  const chunks = await bundled(source);
  const code = chunks.map((chunk) => chunk.code).join("");
  assert.match(code, /dashscope\.aliyuncs\.com/);
  for (const other of [
    "api.jina.ai",
    "batchEmbedContents",
    "api.openai.com",
    "SHA-256",
    "createCollection",
  ]) {
    assert.ok(!code.includes(other), `${other} is in the bundle`);
  }
  assert.ok(code.length < 14_000, `${code.length} bytes`);

  // The store in IndexedDB is a chunk of its own, loaded when a cache is first used.
  const cache =
    'import { cachedEmbeddingFunction } from "vecino/embeddings"; window.cache = cachedEmbeddingFunction;';
  const [first, ...later] = (await bundled(cache)).sort(
    (a, b) => Number(b.isEntry) - Number(a.isEntry),
  );
  assert.ok(first.isEntry && !first.code.includes("openCursor"));
  assert.ok(later.some((chunk) => chunk.isDynamicEntry && chunk.code.includes("openCursor")));
});

test("the types resolve without the optional packages, with every library checked", async () => {
  const source = `
    import { EphemeralClient, registerEmbeddingFunction, type EmbeddingFunction } from "vecino";
    import * as services from "vecino/embeddings";
    import { StaticEmbeddingFunction } from "vecino/static";
    import { TransformersEmbeddingFunction, type ModelProgress } from "vecino/transformers";
    const progressCallback = ({ status, progress }: ModelProgress) => console.log(status, progress);
    const functions: EmbeddingFunction[] = [
      new services.DashScopeEmbeddingFunction({ dimensions: 512, textType: "document" }),
      new services.JinaEmbeddingFunction(), new services.CohereEmbeddingFunction({ inputType: "clustering" }),
      new services.MistralEmbeddingFunction(), new services.VoyageAIEmbeddingFunction({ model: "voyage-4" }),
      new services.GoogleGeminiEmbeddingFunction({ dimension: 768 }), new services.OllamaEmbeddingFunction(),
      new services.HuggingfaceServerEmbeddingFunction({ url: "http://localhost:8080" }),
      new services.CloudflareWorkerAIEmbeddingFunction({ accountId: "a", model: "m" }),
      new services.OpenAIEmbeddingFunction({ model: "m", encodingFormat: "base64" }),
      new StaticEmbeddingFunction({ url: "/model" }), new TransformersEmbeddingFunction({ progressCallback }),
    ];
    registerEmbeddingFunction("jina", services.JinaEmbeddingFunction);
    registerEmbeddingFunction("static", StaticEmbeddingFunction);
    registerEmbeddingFunction("default", TransformersEmbeddingFunction);
    export async function fill(): Promise<number> {
      const embeddingFunction = services.cachedEmbeddingFunction(functions[0]!, { maxBytes: 1e6 });
      await new EphemeralClient().createCollection({ name: "notes", embeddingFunction });
      return (await embeddingFunction.cacheSize()).bytes;
    }
    new services.OpenAIEmbeddingFunction({ modelName: "m" });
    // @ts-expect-error a model has to be named
    new services.OpenAIEmbeddingFunction({ dimensions: 5 });
    // @ts-expect-error no such input type
    new services.CohereEmbeddingFunction({ inputType: "documents" });
    // @ts-expect-error the types are there, and not any
    services.nothing;
  `;
  await writeFile(join(project.folder, "typed.ts"), source);
  const shared = [
    "--target",
    "es2022",
    "--lib",
    "es2022,dom,dom.iterable",
    "--skipLibCheck",
    "false",
  ];
  const bundler = ["--module", "esnext", "--moduleResolution", "bundler"];
  const node = ["--module", "nodenext", "--moduleResolution", "nodenext"];
  for (const options of [bundler, node]) {
    await checkTypes(project.folder, [...shared, ...options], ["typed.ts"]);
  }
});

test("the README's proxy adds the key, passes answers and waits on, and fits into fifteen lines", async (t) => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, proxy] = /```js\n\/\/ proxy\.mjs\n([\s\S]*?)```/.exec(readme);
  assert.ok(proxy.trim().split("\n").length <= 15);
  await writeFile(join(project.folder, "proxy.mjs"), proxy);
  const service = await startService();
  const port = await freePort();
  const start = (behavior) => {
    const env = {
      ...process.env,
      SERVICE: service.url(behavior),
      API_KEY: "sk-server",
      PORT: port,
    };
    return spawn(process.execPath, ["proxy.mjs"], { cwd: project.folder, env, stdio: "inherit" });
  };
  const model = { model: "m", baseUrl: `http://localhost:${port}`, retryDelay: 50 };
  const ended = (child) => new Promise((resolve) => child.once("exit", resolve).kill());
  let child = start("recovers~busy~1~0.05");
  t.after(async () => {
    await ended(child);
    await service.close();
  });
  // It takes a moment to listen: what refuses the connection is tried again.
  const embed = new OpenAIEmbeddingFunction({ ...model, retries: 10 });
  assert.deepEqual(await embed.generate(["apple"]), [[5, 97, 1]]);
  const sent = service.requests.map(({ headers }) => headers.authorization);
  assert.deepEqual(sent, ["Bearer sk-server", "Bearer sk-server"]);
  const other = await fetch(`${model.baseUrl}/chat/completions`, { method: "POST", body: "{}" });
  assert.equal(other.status, 404);
  await ended(child);

  child = start("recovers~refused~9");
  const never = new OpenAIEmbeddingFunction({ ...model, retries: 10 });
  await assert.rejects(
    never.generate(["apple"], { signal: AbortSignal.timeout(1500) }).catch((error) => {
      if (service.requests.length > 3) throw new Error("tried again after 502");
      throw error;
    }),
    /tried again after 502/,
  );
});

/** A port that nobody listens on. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
