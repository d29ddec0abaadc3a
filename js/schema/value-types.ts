/** A schema's parts: per type of value its indices, each with its settings and whether it is on. */
import {
  BoolInvertedIndexConfig,
  FloatInvertedIndexConfig,
  FtsIndexConfig,
  type IndexConfig,
  IntInvertedIndexConfig,
  SparseVectorIndexConfig,
  StringInvertedIndexConfig,
  VectorIndexConfig,
} from "./configs.js";

export class FtsIndexType {
  constructor(
    public enabled: boolean,
    public config: FtsIndexConfig,
  ) {}
}

export class StringInvertedIndexType {
  constructor(
    public enabled: boolean,
    public config: StringInvertedIndexConfig,
  ) {}
}

export class VectorIndexType {
  constructor(
    public enabled: boolean,
    public config: VectorIndexConfig,
  ) {}
}

export class SparseVectorIndexType {
  constructor(
    public enabled: boolean,
    public config: SparseVectorIndexConfig,
  ) {}
}

export class IntInvertedIndexType {
  constructor(
    public enabled: boolean,
    public config: IntInvertedIndexConfig,
  ) {}
}

export class FloatInvertedIndexType {
  constructor(
    public enabled: boolean,
    public config: FloatInvertedIndexConfig,
  ) {}
}

export class BoolInvertedIndexType {
  constructor(
    public enabled: boolean,
    public config: BoolInvertedIndexConfig,
  ) {}
}

export class StringValueType {
  constructor(
    public ftsIndex: FtsIndexType | null = null,
    public stringInvertedIndex: StringInvertedIndexType | null = null,
  ) {}
}

export class FloatListValueType {
  constructor(public vectorIndex: VectorIndexType | null = null) {}
}

export class SparseVectorValueType {
  constructor(public sparseVectorIndex: SparseVectorIndexType | null = null) {}
}

export class IntValueType {
  constructor(public intInvertedIndex: IntInvertedIndexType | null = null) {}
}

export class FloatValueType {
  constructor(public floatInvertedIndex: FloatInvertedIndexType | null = null) {}
}

export class BoolValueType {
  constructor(public boolInvertedIndex: BoolInvertedIndexType | null = null) {}
}

/** The indices of one key, or the defaults for keys that are not named. Null: nothing is said of that type. */
export class ValueTypes {
  string: StringValueType | null = null;
  floatList: FloatListValueType | null = null;
  sparseVector: SparseVectorValueType | null = null;
  intValue: IntValueType | null = null;
  floatValue: FloatValueType | null = null;
  boolean: BoolValueType | null = null;
}

/** An index that is on or off. */
export interface Index {
  enabled: boolean;
  config: IndexConfig;
}

/** Where the index of one kind of settings stands, in the objects and in the JSON. */
export interface Place {
  value: keyof ValueTypes;
  ValueType: new () => object;
  index: string;
  IndexType: new (enabled: boolean, config: never) => Index;
  Config: new () => IndexConfig;
  json: readonly [value: string, index: string];
}

export const PLACES: readonly Place[] = [
  {
    value: "string",
    ValueType: StringValueType,
    index: "ftsIndex",
    IndexType: FtsIndexType,
    Config: FtsIndexConfig,
    json: ["string", "fts_index"],
  },
  {
    value: "string",
    ValueType: StringValueType,
    index: "stringInvertedIndex",
    IndexType: StringInvertedIndexType,
    Config: StringInvertedIndexConfig,
    json: ["string", "string_inverted_index"],
  },
  {
    value: "floatList",
    ValueType: FloatListValueType,
    index: "vectorIndex",
    IndexType: VectorIndexType,
    Config: VectorIndexConfig,
    json: ["float_list", "vector_index"],
  },
  {
    value: "sparseVector",
    ValueType: SparseVectorValueType,
    index: "sparseVectorIndex",
    IndexType: SparseVectorIndexType,
    Config: SparseVectorIndexConfig,
    json: ["sparse_vector", "sparse_vector_index"],
  },
  {
    value: "intValue",
    ValueType: IntValueType,
    index: "intInvertedIndex",
    IndexType: IntInvertedIndexType,
    Config: IntInvertedIndexConfig,
    json: ["int", "int_inverted_index"],
  },
  {
    value: "floatValue",
    ValueType: FloatValueType,
    index: "floatInvertedIndex",
    IndexType: FloatInvertedIndexType,
    Config: FloatInvertedIndexConfig,
    json: ["float", "float_inverted_index"],
  },
  {
    value: "boolean",
    ValueType: BoolValueType,
    index: "boolInvertedIndex",
    IndexType: BoolInvertedIndexType,
    Config: BoolInvertedIndexConfig,
    json: ["bool", "bool_inverted_index"],
  },
];

/** The index at `place`; undefined or null where nothing is said of it. */
export function indexAt(types: ValueTypes | undefined, place: Place): Index | null | undefined {
  const values = types?.[place.value] as Record<string, Index | null> | null | undefined;
  return values?.[place.index];
}

/** Puts an index with these settings at `place`. */
export function setIndex(types: ValueTypes, place: Place, enabled: boolean, config: IndexConfig) {
  const values = (types[place.value] ?? new place.ValueType()) as Record<string, Index>;
  values[place.index] = new place.IndexType(enabled, config as never);
  Object.assign(types, { [place.value]: values });
}

/** Where settings of this kind belong. */
export function placeOf(config: IndexConfig): Place {
  return PLACES.find(({ Config }) => config instanceof Config) as Place;
}
