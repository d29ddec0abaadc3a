/** Answers of `search`. */

import { rowsOf } from "./results.js";
import type { SearchColumns } from "./transport/protocol.js";
import type { Metadata } from "./types.js";

/** One record of a SearchResult. What was not selected, or does not exist, is absent. */
export interface SearchResultRow {
  id: string;
  document?: string | null;
  embedding?: number[] | null;
  metadata?: Metadata | null;
  score?: number | null;
}

/** One list of records per search, best first. A column that a search did not select is null. */
export class SearchResult {
  readonly ids: string[][];
  readonly documents: ((string | null)[] | null)[];
  readonly embeddings: ((number[] | null)[] | null)[];
  readonly metadatas: ((Metadata | null)[] | null)[];
  readonly scores: ((number | null)[] | null)[];
  readonly select: string[][];

  constructor(columns: {
    ids: string[][];
    documents: ((string | null)[] | null)[];
    embeddings: ((number[] | null)[] | null)[];
    metadatas: ((Metadata | null)[] | null)[];
    scores: ((number | null)[] | null)[];
    select: string[][];
  }) {
    this.ids = columns.ids;
    this.documents = columns.documents;
    this.embeddings = columns.embeddings;
    this.metadatas = columns.metadatas;
    this.scores = columns.scores;
    this.select = columns.select;
  }

  rows(): SearchResultRow[][] {
    const cells = {
      document: this.documents,
      embedding: this.embeddings,
      metadata: this.metadatas,
      score: this.scores,
    };
    return this.ids.map((ids, search) =>
      ids.map((id, i) => {
        const values = Object.entries(cells).map(([key, column]) => [key, column[search]?.[i]]);
        const present = values.filter(([, value]) => value !== undefined && value !== null);
        return { id, ...Object.fromEntries(present) } as SearchResultRow;
      }),
    );
  }
}

/** The public form of the engine's answers. */
export function searchResult(answers: SearchColumns[]): SearchResult {
  return new SearchResult({
    ids: answers.map(({ ids }) => ids),
    documents: answers.map(({ documents }) => documents ?? null),
    embeddings: answers.map((answer) =>
      answer.embeddings ? rowsOf(answer, 0, answer.ids.length) : null,
    ),
    metadatas: answers.map(({ metadatas }) => metadatas ?? null),
    scores: answers.map(({ scores }) => (scores ? Array.from(scores) : null)),
    select: answers.map(({ select }) => select),
  });
}
