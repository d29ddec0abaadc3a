/** The files of a static model: given, or fetched from a folder. */
import { errorOf } from "../../errors.js";
import type { StaticModelDescription } from "./model.js";

/** The five files of a model: texts of the `.json` ones or what they hold, bytes of the others. */
export interface StaticModelFiles {
  /** model.json: `{ name, dimension, vocabulary }` */
  model: string | object;
  /** tokenizer.json */
  tokenizer: string | object;
  /** tokenizer_config.json */
  tokenizerConfig: string | object;
  /** vectors.i8: int8, vocabulary x dimension */
  vectors: Uint8Array | Int8Array | ArrayBuffer;
  /** scales.f32: 32-bit floats, little-endian, one for each token */
  scales: Uint8Array | Float32Array | ArrayBuffer;
}

/** Bytes of the largest file that have come in. */
export type StaticProgress = (progress: { loaded: number; total: number }) => void;

/** Often enough for a bar that moves, seldom enough that telling takes no time, in milliseconds. */
const TELL_EVERY = 100;

export async function fetchFiles(
  folder: string,
  onProgress: StaticProgress | undefined,
  ownFetch: typeof fetch | undefined,
): Promise<StaticModelFiles> {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  const get = async (file: string) => {
    const url = base + file;
    const response = await (ownFetch ?? fetch)(url).catch((cause: unknown) => {
      throw errorOf("connection", `${url} could not be fetched: ${cause}.`, { cause });
    });
    if (response.ok) return response;
    const what = `${url} could not be fetched: HTTP ${response.status}. Serve the model's files there.`;
    throw errorOf("connection", what);
  };
  const text = async (file: string) => (await get(file)).text();
  const model = parsed("model.json", await text("model.json")) as StaticModelDescription;
  const total = model.vocabulary * model.dimension;
  const [tokenizer, tokenizerConfig, scales, vectors] = await Promise.all([
    text("tokenizer.json"),
    text("tokenizer_config.json"),
    get("scales.f32").then((response) => response.arrayBuffer()),
    get("vectors.i8").then((response) => bodyOf(response, total, onProgress)),
  ]);
  return { model, tokenizer, tokenizerConfig, scales, vectors };
}

/** The body; while it comes in, its size so far is told. */
async function bodyOf(
  response: Response,
  total: number,
  onProgress: StaticProgress | undefined,
): Promise<ArrayBuffer> {
  if (!onProgress || !response.body) return response.arrayBuffer();
  let loaded = 0;
  let told = 0;
  const tell = () => onProgress({ loaded, total });
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      loaded += piece.length;
      const now = performance.now();
      if (now - told > TELL_EVERY) {
        told = now;
        tell();
      }
      controller.enqueue(piece);
    },
  });
  const body = await new Response(response.body.pipeThrough(counting)).arrayBuffer();
  tell();
  return body;
}

/** What a `.json` file holds, given as its text or as that. */
export function parsed(file: string, content: string | object): object {
  if (typeof content !== "string") return content;
  try {
    return JSON.parse(content);
  } catch (cause) {
    const reason = `${file} of the model is not JSON (${(cause as Error).message}).`;
    throw errorOf("embedding_function", reason, { cause });
  }
}
