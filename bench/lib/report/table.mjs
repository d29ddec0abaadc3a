// Tables and numbers in Markdown.

const row = (cells) => `| ${cells.join(" | ")} |`;

export const table = (head, rows) =>
  [row(head), row(head.map((_, at) => (at ? "--:" : "---"))), ...rows.map(row)].join("\n");

export const ms = (value) =>
  value === undefined ? "-" : `${value.toPrecision(value < 1000 ? 3 : 4).replace(/\.0+$/, "")} ms`;
export const seconds = (value) => `${(value / 1000).toFixed(1)} s`;
export const mb = (bytes) => (bytes === undefined ? "not told" : `${(bytes / 1e6).toFixed(1)} MB`);
export const times = (value) => (value === undefined ? "-" : value.toFixed(2));
export const whole = (value) =>
  value === undefined ? "-" : Math.round(value).toLocaleString("en");
