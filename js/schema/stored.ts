/** A collection's schema: what it asks of the engine, and which filters it forbids. */
import type { StoredSchema } from "../collection.js";
import { errorOf } from "../errors.js";
import {
  BoolInvertedIndexConfig,
  DOCUMENT_KEY,
  EMBEDDING_KEY,
  FloatInvertedIndexConfig,
  FtsIndexConfig,
  type IndexConfig,
  IntInvertedIndexConfig,
  StringInvertedIndexConfig,
} from "./configs.js";
import type { Json } from "./json.js";
import { Schema, type SchemaJSON } from "./schema.js";
import { indexAt, placeOf } from "./value-types.js";

/** The settings of the embeddings' index, as `configuration.hnsw`. Throws for an index that cannot be built. */
export function indexOf(call: string, json: object): Json {
  const { defaults, keys } = json as SchemaJSON;
  for (const [key, types] of [["its defaults", defaults] as const, ...Object.entries(keys)]) {
    if (types["sparse_vector"]?.sparse_vector_index?.enabled) {
      throw errorOf(
        "unsupported",
        `${call}: the schema asks for an index of sparse vectors (${key}); sparse vectors are not supported. ` +
          "Leave that index out, and search the dense embeddings and the documents' text instead.",
      );
    }
  }
  const index = (keys[EMBEDDING_KEY] ?? defaults)["float_list"]?.vector_index?.config ?? {};
  return index.space ? { ...index.hnsw, space: index.space } : { ...index.hnsw };
}

/** The schema of a collection whose embeddings are those of another function now. */
export function withEmbeddingFunction(json: object, stored: object | null): object {
  const copy = structuredClone(json) as SchemaJSON;
  for (const types of [copy.defaults, copy.keys[EMBEDDING_KEY]]) {
    const config = types?.["float_list"]?.vector_index?.config;
    if (config) Object.assign(config, { embedding_function: stored ?? { type: "legacy" } });
  }
  return copy;
}

/** The schema that a collection was created with. */
export async function storedSchema(json: object, client: unknown): Promise<StoredSchema> {
  const schema = (await Schema.deserializeFromJSON(json, client)) as Schema;
  return {
    schema,
    check(call, { where, whereDocument }) {
      if (where) checkWhere(schema, call, where);
      if (whereDocument) checkIndex(schema, call, DOCUMENT_KEY, new FtsIndexConfig());
    },
  };
}

function checkWhere(schema: Schema, call: string, where: object): void {
  for (const [key, condition] of Object.entries(where)) {
    if (key === "$and" || key === "$or") {
      for (const clause of Array.isArray(condition) ? condition : []) {
        checkWhere(schema, call, Object(clause));
      }
    } else if (key === DOCUMENT_KEY) {
      checkIndex(schema, call, key, new FtsIndexConfig());
    } else if (!key.startsWith("#")) {
      for (const value of operandsOf(condition)) checkIndex(schema, call, key, indexFor(value));
    }
  }
}

/** The values that a field is compared with. What is no filter at all is left for the engine to refuse. */
function operandsOf(condition: unknown): unknown[] {
  if (typeof condition !== "object" || condition === null) return [condition];
  return Object.values(condition).flat();
}

function indexFor(value: unknown): IndexConfig | undefined {
  if (typeof value === "string") return new StringInvertedIndexConfig();
  if (typeof value === "boolean") return new BoolInvertedIndexConfig();
  if (Number.isInteger(value)) return new IntInvertedIndexConfig();
  return typeof value === "number" ? new FloatInvertedIndexConfig() : undefined;
}

function checkIndex(
  schema: Schema,
  call: string,
  key: string,
  config: IndexConfig | undefined,
): void {
  if (!config) return;
  const place = placeOf(config);
  const index = indexAt(schema.keys[key], place) ?? indexAt(schema.defaults, place);
  if (index?.enabled !== false) return;
  throw errorOf(
    "invalid_filter",
    `${call}: the collection's schema has no ${place.json[1]} for the key ${JSON.stringify(key)}, so it cannot be ` +
      "filtered by such a value.",
  );
}
