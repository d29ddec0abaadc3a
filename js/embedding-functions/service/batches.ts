/** Cuts texts into requests that a service takes. */

export interface Batch {
  /** Place of the first text among all. */
  start: number;
  texts: string[];
}

/** Batches of at most `count` texts and about `tokens` tokens. A text that is longer by itself goes alone. */
export function batchesOf(texts: readonly string[], count: number, tokens = Infinity): Batch[] {
  const batches: Batch[] = [];
  let room = 0;
  texts.forEach((text, start) => {
    const size = tokens === Infinity ? 0 : estimateTokens(text);
    const last = batches.at(-1);
    if (last && last.texts.length < count && size <= room) {
      last.texts.push(text);
    } else {
      batches.push({ start, texts: [text] });
      room = tokens;
    }
    room -= size;
  });
  return batches;
}

/** Rather too many than too few: a token holds three letters or more, and seldom more than one sign of other scripts. */
export function estimateTokens(text: string): number {
  let others = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) others += 1;
  return Math.ceil((text.length - others) / 3) + others;
}
