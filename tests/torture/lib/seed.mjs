/** The seed of this run: the variable SEED, else a new one, so that every run tries something else. */
export function seedFrom(text = process.env.SEED) {
  if (text === undefined || text === "") return Math.floor(Math.random() * 1e6);
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`the seed is "${text}"; it has to be a whole number`);
}
