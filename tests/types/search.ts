/** Compiled, never run: our search language can stand where code expects that of npm chromadb. */
import type * as chroma from "chromadb";
import * as vecino from "../../js/search/index.js";

/** Everything but `Search` and `Select`, which have private fields there and so admit no other class. */
type Shared =
  | "K"
  | "Key"
  | "Knn"
  | "Val"
  | "Rrf"
  | "Sum"
  | "Sub"
  | "Mul"
  | "Div"
  | "Abs"
  | "Exp"
  | "Log"
  | "Max"
  | "Min"
  | "RankExpression"
  | "WhereExpression"
  | "Aggregate"
  | "MinK"
  | "GroupBy"
  | "Limit";

const standIn: Pick<typeof chroma, Shared> = vecino;

/** Code written for Chroma. */
function written(p: Pick<typeof chroma, Shared>): chroma.SearchInit {
  const rank = p.Rrf({
    ranks: [
      p.Knn({ query: [1, 2], returnRank: true }),
      p.Knn({ query: "text", key: p.K("other"), limit: 3, default: null }),
    ],
    weights: [1, 2],
  });
  return {
    where: p.K("year").gte(1990).and({ lang: "en" }).or(p.K.DOCUMENT.regex("^a")),
    rank: rank.multiply(2).add(p.Val(1), { $val: 3 }).negate().max(0),
    groupBy: new p.GroupBy([p.K("source")], p.Aggregate.minK([p.K.SCORE], 1)),
    limit: new p.Limit({ limit: 3, offset: 1 }),
    select: [p.K.DOCUMENT, p.K.SCORE, "year"],
  };
}

/** What was made for Chroma is taken as well. */
export function taken(init: chroma.SearchInit, literal: chroma.GroupByJSON): vecino.Search {
  const search = new vecino.Search(written(standIn));
  const keys: chroma.SelectKeyInput[] = ["a", vecino.K.SCORE];
  const selected: chroma.SelectInput = new vecino.Select(keys).toJSON();
  return search
    .where(init.where)
    .rank(init.rank)
    .groupBy(literal)
    .limit(search.limitConfig, 2)
    .select(selected)
    .select(...keys);
}
