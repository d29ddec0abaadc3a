// Numbers, sizes and times as the page writes them.

const plain = new Intl.NumberFormat("en-US");

export const number = (value) => plain.format(value);

export const plural = (count, one, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;

/** Bytes in decimal units, as browsers and systems show them: 6.2 MB. */
export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? number(Math.round(value)) : value.toFixed(1)} ${units[unit]}`;
}

/** A duration in milliseconds, kept on one line; below a tenth the browser's clock does not tell. */
export const milliseconds = (value) =>
  value < 0.1 ? "under 0.1\u00a0ms" : `${value.toFixed(1)}\u00a0ms`;

/** A cosine distance: smaller is nearer. */
export const distance = (value) => value.toFixed(3);
