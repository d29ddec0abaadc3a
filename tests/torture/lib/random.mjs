// A seeded generator that pages and the process outside share: the same seed, the same operations.

/** Numbers from 0 to 1 (mulberry32). `parts` are numbers that together are the seed. */
export function randomOf(...parts) {
  let state = parts.reduce((sum, part) => Math.imul(sum ^ (part + 0x9e3779b9), 0x85ebca6b), 1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to below `count`. */
export const below = (random, count) => Math.floor(random() * count);

/** `count` different elements of `list`, in the order of the list. */
export function some(random, list, count) {
  const left = [...list];
  while (left.length > count) left.splice(below(random, left.length), 1);
  return left;
}

/** A row of numbers that 32 bits hold exactly. */
export const vector = (random, dimension) =>
  Array.from({ length: dimension }, () => Math.fround(random() * 2 - 1));
