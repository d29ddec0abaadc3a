/** What `value` is, in words for a message. */
export function kind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") {
    const name = value.constructor?.name ?? "Object";
    return name === "Object" ? "an object" : `an object of class ${name}`;
  }
  if (typeof value === "string") {
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
  }
  return `the ${typeof value} ${typeof value === "symbol" || typeof value === "function" ? "" : value}`.trim();
}
