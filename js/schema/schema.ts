/** Which of a collection's metadata and documents can be filtered by, and how its embeddings are indexed. */
import type { EmbeddingFunction } from "../embedding-functions/function.js";
import { errorOf, type VecinoError } from "../errors.js";
import { Cmek } from "./cmek.js";
import {
  DOCUMENT_KEY,
  EMBEDDING_KEY,
  FtsIndexConfig,
  type IndexConfig,
  SparseVectorIndexConfig,
  VectorIndexConfig,
} from "./configs.js";
import { deserialize, type Json, serialize } from "./json.js";
import { PLACES, placeOf, setIndex, ValueTypes, VectorIndexType } from "./value-types.js";

/** The form in which Chroma stores a schema. */
export interface SchemaJSON {
  defaults: Json;
  keys: Record<string, Json>;
  cmek?: Record<string, unknown> | null;
}

/**
 * Passed to `createCollection`. Everything is indexed unless `deleteIndex` takes it out; a filter on what is taken out
 * is refused.
 */
export class Schema {
  /** For keys that `keys` does not name, and for types of values of which it says nothing. */
  defaults: ValueTypes = new ValueTypes();
  keys: Record<string, ValueTypes> = {};
  cmek: Cmek | null = null;

  constructor() {
    const off = [FtsIndexConfig, VectorIndexConfig, SparseVectorIndexConfig] as unknown[];
    for (const place of PLACES) {
      setIndex(this.defaults, place, !off.includes(place.Config), new place.Config());
    }
    const document = new ValueTypes();
    for (const place of PLACES.filter(({ value }) => value === "string")) {
      setIndex(document, place, place.Config === FtsIndexConfig, new place.Config());
    }
    const embedding = new ValueTypes();
    const config = new VectorIndexConfig({ sourceKey: DOCUMENT_KEY });
    setIndex(embedding, placeOf(config), true, config);
    this.keys = { [DOCUMENT_KEY]: document, [EMBEDDING_KEY]: embedding };
  }

  /** Carried along; nothing is encrypted here. */
  setCmek(cmek: Cmek | null): this {
    this.cmek = cmek;
    return this;
  }

  /** Turns an index on: of one key of the metadata, or without `key` of all keys that have no setting of their own. */
  createIndex(config?: IndexConfig, key?: string): this {
    const call = "createIndex()";
    if (config instanceof VectorIndexConfig && !isGiven(key)) {
      this.#setVectorIndex(config);
      return this;
    }
    if (key === EMBEDDING_KEY || config instanceof VectorIndexConfig) {
      throw invalid(
        `${call}: the index of the embeddings is set as a whole, without a key: ` +
          "createIndex(new VectorIndexConfig({ ... })).",
      );
    }
    if (config instanceof SparseVectorIndexConfig) {
      if (!isGiven(key)) throw invalid(`${call}: an index of sparse vectors needs a key.`);
      if (config.sourceKey !== null && !config.embeddingFunction) {
        throw invalid(
          `${call}: an index of sparse vectors with a sourceKey needs an embeddingFunction beside it.`,
        );
      }
    }
    this.#set(call, config, key, true);
    return this;
  }

  /** Turns an index off: of one key of the metadata, or without `key` of all keys that have no setting of their own. */
  deleteIndex(config?: IndexConfig, key?: string): this {
    const call = "deleteIndex()";
    if (
      key === EMBEDDING_KEY ||
      config instanceof VectorIndexConfig ||
      config instanceof SparseVectorIndexConfig
    ) {
      throw invalid(`${call}: an index of vectors cannot be turned off.`);
    }
    this.#set(call, config, key, false);
    return this;
  }

  serializeToJSON(): SchemaJSON {
    const keys = Object.entries(this.keys).map(([key, types]) => [key, serialize(types)]);
    const json: SchemaJSON = { defaults: serialize(this.defaults), keys: Object.fromEntries(keys) };
    if (this.cmek) json.cmek = this.cmek.toJSON();
    return json;
  }

  /** The schema of that JSON; undefined for null. Embedding functions are built again through the registry. */
  static async deserializeFromJSON(
    json: SchemaJSON | Json | null,
    client?: unknown,
  ): Promise<Schema | undefined> {
    if (json === null || json === undefined) return undefined;
    const schema = new Schema();
    schema.defaults = await deserialize(json["defaults"] ?? {}, client);
    schema.keys = {};
    for (const [key, types] of Object.entries((json["keys"] ?? {}) as Record<string, Json>)) {
      schema.keys[key] = await deserialize(types, client);
    }
    if (json["cmek"]) schema.cmek = Cmek.fromJSON(json["cmek"]);
    return schema;
  }

  /** The function of the embeddings' index: undefined where none was named, null where there is to be none. */
  resolveEmbeddingFunction(): EmbeddingFunction | null | undefined {
    const own = this.keys[EMBEDDING_KEY]?.floatList?.vectorIndex?.config.embeddingFunction;
    if (own !== undefined) return own;
    return this.defaults.floatList?.vectorIndex?.config.embeddingFunction;
  }

  /** The defaults keep their switch, the embeddings' own index keeps its source as well. */
  #setVectorIndex({ space, embeddingFunction, sourceKey, hnsw, spann }: VectorIndexConfig): void {
    const { floatList } = this.defaults;
    const place = placeOf(new VectorIndexConfig());
    const copy = (source: string | null) =>
      new VectorIndexConfig({
        space,
        embeddingFunction,
        sourceKey: source,
        hnsw: structuredClone(hnsw),
        spann: structuredClone(spann),
      });
    setIndex(this.defaults, place, floatList?.vectorIndex?.enabled ?? false, copy(sourceKey));
    const embedding = this.keys[EMBEDDING_KEY] ?? new ValueTypes();
    this.keys[EMBEDDING_KEY] = embedding;
    const before = embedding.floatList?.vectorIndex ?? new VectorIndexType(true, copy(null));
    setIndex(embedding, place, before.enabled, copy(before.config.sourceKey ?? DOCUMENT_KEY));
  }

  #set(call: string, config: IndexConfig | undefined, key: string | undefined, on: boolean): void {
    if (!isGiven(config)) {
      const whose = isGiven(key) ? `key "${key}"` : "all keys";
      throw invalid(
        `${call}: name the kind of index for ${whose}, as new StringInvertedIndexConfig().`,
      );
    }
    if ((key === DOCUMENT_KEY) !== config instanceof FtsIndexConfig) {
      throw invalid(
        `${call}: FtsIndexConfig belongs to the key "${DOCUMENT_KEY}", and nothing else does; got ${config.type} ` +
          `for ${isGiven(key) ? `"${key}"` : "all keys"}.`,
      );
    }
    if (key?.startsWith("#") && key !== DOCUMENT_KEY) {
      throw invalid(`${call}: keys that begin with "#" are not metadata; got "${key}".`);
    }
    if (!isGiven(key)) setIndex(this.defaults, placeOf(config), on, config);
    else {
      this.keys[key] ??= new ValueTypes();
      setIndex(this.keys[key], placeOf(config), on, config);
    }
  }
}

function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}

function invalid(message: string): VecinoError {
  return errorOf("invalid_argument", message);
}
