// The page in which a collection of vectors alone is built, and its memory told.
import { Engine } from "./contenders/engine.js";
import { loadVectors } from "./vectors.js";

window.bench = {
  /** Bytes of WebAssembly memory of an empty engine, after adding, and after linking; and what is in use at the end. */
  async measure(quantization) {
    const { shape, base } = await loadVectors();
    const engine = await Engine.create({ quantization });
    const empty = (await engine.stats()).wasmBytes;
    await engine.put(base, shape.dimension);
    const added = (await engine.stats()).wasmBytes;
    await engine.link();
    const { wasmBytes, memoryBytes, unlinked } = await engine.stats();
    return { empty, added, linked: wasmBytes, used: memoryBytes, unlinked };
  },
};
