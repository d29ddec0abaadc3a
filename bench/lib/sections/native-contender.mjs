// Native hnswlib as a contender, where it can be had.
import { decodeHalf } from "../../page/half.js";
import { unitRows } from "../../page/unit.js";
import { ensureNative, Native, nativeVersion } from "../native.mjs";

/** A contender that is still to be filled, or `{ missing: why there is none }`. */
export async function nativeContender({ browser, options }, { shape, base, queries }, efs) {
  if (browser.alone) return { missing: "only the package itself is measured in this browser" };
  if (options.noNative) return { missing: "it was not asked for" };
  const missing = await ensureNative();
  if (missing) return { missing };
  const native = new Native();
  const unit = (bytes) => {
    const numbers =
      shape.type === "f16"
        ? decodeHalf(bytes)
        : new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return unitRows(numbers, shape.dimension);
  };
  return {
    name: `native ${nativeVersion}`,
    efs,
    fill: () =>
      native.fill({ base: unit(base), queries: unit(queries), dimension: shape.dimension }),
    block: (what) => native.block(what),
    close: () => native.close(),
  };
}
