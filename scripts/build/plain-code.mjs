// The code of a module before an optimizer computes with its constants, as text. What it leads to is all that the
// optimized code can lead to, and each address in it is one that the linker knows: `table + (key - 97)` can become
// `key + 1072000`, which is an address of some other object.

const leaveOut = ["dce", "simplify-locals", "vacuum"];

/** Passes that make no constants. Functions that only trap are inlined, so that what they would get goes. */
const passes = [
  "remove-unused-module-elements",
  ...["inlining", ...leaveOut, "dae"],
  ...["inlining", ...leaveOut, "coalesce-locals", ...leaveOut, "dae"],
  ...[...leaveOut, "remove-unused-module-elements"],
];

export async function plainCode(bytes) {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(bytes);
  module.runPasses(passes);
  const text = module.emitText();
  module.dispose();
  return text;
}
