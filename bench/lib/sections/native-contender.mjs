// Native hnswlib as a contender, where it can be had.
import { ensureNative, Native, nativeVersion } from "../native.mjs";
import { unitNumbers } from "../unit-numbers.mjs";

/** A contender that is still to be filled, or `{ missing: why there is none }`. */
export async function nativeContender({ browser, options }, { shape, base, queries }, efs) {
  if (browser.alone) return { missing: "only the package itself is measured in this browser" };
  if (options.noNative) return { missing: "it was not asked for" };
  const missing = await ensureNative();
  if (missing) return { missing };
  const native = new Native();
  return {
    name: `native ${nativeVersion}`,
    efs,
    fill: () =>
      native.fill({
        base: unitNumbers(base, shape),
        queries: unitNumbers(queries, shape),
        dimension: shape.dimension,
      }),
    block: (what) => native.block(what),
    close: () => native.close(),
  };
}
