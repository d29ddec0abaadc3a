// The filters as a `where` of the collection API.

/** Nothing chosen: every passage is searched. */
export const noFilters = () => ({
  source: [],
  type: [],
  code: "",
  words: { from: undefined, to: undefined },
  years: { from: undefined, to: undefined },
});

/** @returns {object|undefined} undefined where nothing narrows */
export function whereOf({ source, type, code, words, years }) {
  const conditions = [];
  if (source.length > 0) conditions.push({ source: { $in: source } });
  if (type.length > 0) conditions.push({ type: { $in: type } });
  if (code !== "") conditions.push({ has_code: { $eq: code === "yes" } });
  if (words.from !== undefined) conditions.push({ words: { $gte: words.from } });
  if (words.to !== undefined) conditions.push({ words: { $lte: words.to } });
  if (years.from !== undefined) conditions.push({ year: { $gte: years.from } });
  if (years.to !== undefined) conditions.push({ year: { $lte: years.to } });
  return conditions.length > 1 ? { $and: conditions } : conditions[0];
}

/** How many of the five filters narrow. */
export function countFilters({ source, type, code, words, years }) {
  const ranged = ({ from, to }) => from !== undefined || to !== undefined;
  return [source.length > 0, type.length > 0, code !== "", ranged(words), ranged(years)].filter(
    Boolean,
  ).length;
}
