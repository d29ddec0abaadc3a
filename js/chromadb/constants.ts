/** Constants of npm `chromadb`. */
import type { ReadLevel as Level } from "../types.js";

export const ReadLevel = {
  INDEX_AND_WAL: "index_and_wal",
  INDEX_ONLY: "index_only",
  INDEX_AND_BOUNDED_WAL: "index_and_bounded_wal",
} as const satisfies Record<string, Level>;
export type ReadLevel = Level;

export const baseRecordSetFields: string[] = [
  "ids",
  "embeddings",
  "metadatas",
  "documents",
  "uris",
];
export const recordSetFields: string[] = [...baseRecordSetFields, "ids"];

/** For Chroma, Next.js needs settings; for this package it needs none. */
// biome-ignore lint/suspicious/noExplicitAny: a configuration of Next.js, passed through.
export function withChroma(userNextConfig: any = {}): any {
  return userNextConfig;
}
