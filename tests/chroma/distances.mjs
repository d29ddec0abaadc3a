// Distances as Chroma defines them, in 64 bits, apart from the engine's code.

const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

const spaces = {
  l2: (a, b) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0),
  ip: (a, b) => 1 - dot(a, b),
  cosine: (a, b) => 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
};

export function distance(space, a, b) {
  return spaces[space](a, b);
}

/** Equal but for rounding in 32 bits. */
export function near(a, b) {
  return a === b || Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b)) + 2e-6;
}
