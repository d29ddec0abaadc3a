// Which words a passage shares with the question. The database does not need them: they show the reader why a passage
// is near, and how often it is near without sharing a word.

/** Words that say nothing about a question's subject. */
const COMMON = new Set(
  (
    "a about after all also an and any are as at be because been before but by can could did do does for from get had " +
    "has have he her how i if in into is it its just like may me more most my no not of on one only or our out over " +
    "she should so some than that the their them then there these they this to too up us use was we were what when " +
    "where which while who why will with would you your"
  ).split(" "),
);

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu;

/** One form for the spellings of a word: no accents, lower case, no possessive, no plural. */
function fold(word) {
  const bare = word
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/['’]s?$/, "");
  if (bare.length > 4 && bare.endsWith("ies")) return `${bare.slice(0, -3)}y`;
  if (bare.length > 3 && bare.endsWith("s") && !/(ss|us|is)$/.test(bare)) return bare.slice(0, -1);
  return bare;
}

/** The question's telling words, folded form -> as the visitor wrote it. */
export function tellingWords(question) {
  const words = new Map();
  for (const [word] of question.matchAll(WORD)) {
    const folded = fold(word);
    if (!COMMON.has(word.toLowerCase()) && !COMMON.has(folded) && !words.has(folded))
      words.set(folded, word);
  }
  return words;
}

/**
 * Cuts a text at the words that it shares.
 *
 * @param {string} text
 * @param {Map<string, string>} words from `tellingWords`
 * @returns {{parts: {text: string, shared: boolean}[], shared: string[]}} the parts give the text again when joined;
 *   `shared` holds the visitor's spellings, in the question's order
 */
export function markShared(text, words) {
  const parts = [];
  const found = new Set();
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const folded = fold(match[0]);
    if (!words.has(folded)) continue;
    found.add(folded);
    if (match.index > end) parts.push({ text: text.slice(end, match.index), shared: false });
    parts.push({ text: match[0], shared: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), shared: false });
  return {
    parts,
    shared: [...words].filter(([folded]) => found.has(folded)).map(([, word]) => word),
  };
}
