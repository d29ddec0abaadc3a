/** Embedding functions by name, and what is stored of one so that it can be built again after a reload. */
import { plainObject, quote } from "../arguments.js";
import type { EmbeddingFunctionConfiguration } from "../configuration-types.js";
import { errorOf } from "../errors.js";
import type { EmbeddingFunction, EmbeddingFunctionClass, FunctionSettings } from "./function.js";

/** The classes that stored functions are built from, by the name under which they are stored. */
export const knownEmbeddingFunctions: Map<string, EmbeddingFunctionClass> =
  /* @__PURE__ */ new Map();

/** Lets collections that were created with a function of this name build it again. */
export function registerEmbeddingFunction(name: string, fn: EmbeddingFunctionClass): void {
  if (knownEmbeddingFunctions.has(name)) {
    throw errorOf(
      "invalid_argument",
      `An embedding function of the name ${quote(name)} is already registered.`,
    );
  }
  knownEmbeddingFunctions.set(name, fn);
}

/** Stored where no function was given, as Chroma does. */
export const DEFAULT_FUNCTION: EmbeddingFunctionConfiguration = {
  type: "known",
  name: "default",
  config: {},
};

/** Names of Chroma's Python functions, whose JavaScript packages are called differently. */
const PACKAGES: Partial<Record<string, string>> = {
  default: "default-embed",
  onnx_mini_lm_l6_v2: "default-embed",
  google_genai: "google-gemini",
};

/** What is stored of the function that was given in either place; undefined where there is none. */
export function serializeEmbeddingFunction({
  embeddingFunction,
  configEmbeddingFunction,
}: {
  embeddingFunction?: EmbeddingFunction | null | undefined;
  configEmbeddingFunction?: EmbeddingFunction | null | undefined;
}): EmbeddingFunctionConfiguration | undefined {
  if (embeddingFunction && configEmbeddingFunction) {
    throw errorOf(
      "invalid_argument",
      "embeddingFunction stands both in the options and in configuration; give it once.",
    );
  }
  const used = embeddingFunction ?? configEmbeddingFunction;
  if (!used) return undefined;
  const { name } = used;
  // An object without a class has no way to be built again.
  const { buildFromConfig } = Object(used.constructor) as Partial<EmbeddingFunctionClass>;
  if (!used.getConfig || !name || !buildFromConfig) return { type: "legacy" };
  const settings = used.getConfig();
  used.validateConfig?.(settings);
  const what = `getConfig() of the embedding function ${quote(name)}`;
  return { type: "known", name, config: plainObject(what, settings, "invalid_configuration") };
}

/** What a function's settings call its model, and the length of its embeddings. */
const IDENTITY = [
  ["model_name", "model"],
  ["dimensions", "dimension"],
] as const;

/** Refuses a function whose settings show another model or dimension than those that are stored. */
export function checkIdentity(
  collection: string,
  given: EmbeddingFunction,
  stored: EmbeddingFunctionConfiguration | null | undefined,
): void {
  const next = given.getConfig?.();
  const now = (stored?.type === "known" ? stored.config : undefined) as
    | FunctionSettings
    | undefined;
  for (const [a, b] of IDENTITY) {
    const [was, is] = [now?.[a] ?? now?.[b], next?.[a] ?? next?.[b]];
    if (was === undefined || is === undefined || was === is) continue;
    throw errorOf(
      "invalid_argument",
      `Collection ${quote(collection)} holds embeddings of the ${b} ${was}, but embeddingFunction makes those of ${is}: ` +
        "they cannot be compared. Give the function that it has, and call reembed() to move over to another one.",
    );
  }
}

/** A function built from what is stored, or the reason why there is none, as the end of a sentence. */
export type Rebuilt =
  | { embeddingFunction: EmbeddingFunction; missing?: never }
  | { embeddingFunction?: never; missing: string };

export function rebuild(
  stored: EmbeddingFunctionConfiguration | null | undefined,
  client: unknown,
): Rebuilt {
  if (!stored) return { missing: "it was created without one" };
  if (stored.type !== "known") {
    return { missing: "the one it was created with cannot be built again from what is stored" };
  }
  const { name, config } = stored;
  const known =
    knownEmbeddingFunctions.get(name) ??
    knownEmbeddingFunctions.get(PACKAGES[name] ?? name.replaceAll("_", "-"));
  if (!known) {
    return {
      missing:
        name === "default"
          ? "none was named when it was created, and Chroma's default model does not come with Vecino"
          : `it was created with ${quote(name)}, for which registerEmbeddingFunction was not called`,
    };
  }
  try {
    return { embeddingFunction: known.buildFromConfig(config ?? {}, client) };
  } catch (error) {
    return { missing: `${quote(name)} could not be built again (${(error as Error).message})` };
  }
}
