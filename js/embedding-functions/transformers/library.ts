/** What is used of @huggingface/transformers, which is imported when the first text comes. */
import { errorOf } from "../../errors.js";
import type { TransformersEmbeddingFunctionOptions } from "./transformers.js";

/** The library's report: `status` is "initiate", "download", "progress", "done", "ready" or "progress_total". */
export interface ModelProgress {
  status: string;
  file?: string;
  loaded?: number;
  total?: number;
  /** Percent. */
  progress?: number;
}

/** One row of `data` per text. */
export type Run = (
  texts: string[],
  options: { pooling: "mean" | "cls"; normalize: boolean },
) => Promise<{ data: Float32Array; dims: number[] }>;

export interface Library {
  // biome-ignore lint/suspicious/noExplicitAny: the library's own types are not the package's to repeat.
  pipeline: (task: "feature-extraction", model: string, options: any) => Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  env: any;
}

let last: Promise<unknown> = Promise.resolve();

/** Models are loaded one after the other: the library's settings are one for all of them. */
export function pipelineOf(options: TransformersEmbeddingFunctionOptions): Promise<Run> {
  const pipeline = last.then(() => load(options));
  last = pipeline.catch(() => {});
  return pipeline;
}

async function load(options: TransformersEmbeddingFunctionOptions): Promise<Run> {
  const { model, revision, dtype, device, localModelPath, wasmPath } = options;
  const { library = imported } = options;
  const { pipeline, env } = typeof library === "function" ? await library() : library;
  if (wasmPath !== undefined) env.backends.onnx.wasm.wasmPaths = folder(wasmPath);
  // What is set for this model must not stay for another.
  const before = { ...env };
  if (localModelPath !== undefined) Object.assign(env, whereabouts(folder(localModelPath)));
  try {
    const settings = { revision, dtype, device, progress_callback: options.progressCallback };
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    return await pipeline("feature-extraction", String(model), Object.fromEntries(given));
  } catch (cause) {
    throw errorOf(
      "embedding_function",
      `The model ${model} could not be loaded${localModelPath === undefined ? "" : ` from ${localModelPath}`}: ` +
        `${(cause as Error)?.message ?? cause}`,
      { cause },
    );
  } finally {
    for (const name of WHEREABOUTS) env[name] = before[name];
  }
}

const WHEREABOUTS = [
  "allowLocalModels",
  "allowRemoteModels",
  "localModelPath",
  "remoteHost",
  "remotePathTemplate",
];

/** The library takes a path for a folder of the page's server, and anything with a host for a hub. */
function whereabouts(folder: string): Record<string, unknown> {
  return /^https?:/.test(folder)
    ? {
        allowLocalModels: false,
        allowRemoteModels: true,
        remoteHost: folder,
        remotePathTemplate: "{model}/",
      }
    : { allowLocalModels: true, allowRemoteModels: false, localModelPath: folder };
}

const folder = (path: string) => (path.endsWith("/") ? path : `${path}/`);

function imported(): Promise<Library> {
  return import("@huggingface/transformers").catch((cause: unknown) => {
    throw errorOf(
      "unsupported",
      "TransformersEmbeddingFunction needs the package @huggingface/transformers: " +
        `npm install @huggingface/transformers. (${cause})`,
      { cause },
    );
  });
}
