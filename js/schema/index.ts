export * from "./cmek.js";
export * from "./configs.js";
export * from "./schema.js";
export {
  BoolInvertedIndexType,
  BoolValueType,
  FloatInvertedIndexType,
  FloatListValueType,
  FloatValueType,
  FtsIndexType,
  IntInvertedIndexType,
  IntValueType,
  SparseVectorIndexType,
  SparseVectorValueType,
  StringInvertedIndexType,
  StringValueType,
  ValueTypes,
  VectorIndexType,
} from "./value-types.js";
