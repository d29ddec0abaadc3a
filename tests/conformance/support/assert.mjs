// Assertions that run in a page, in a worker and in Node alike.

export function ok(condition, message = "expected a true value") {
  if (!condition) throw new Error(message);
}

/** Equal in structure; a typed array never equals a plain one. */
export function equal(actual, expected, message = "") {
  if (same(actual, expected)) return;
  throw new Error(`${message}\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`);
}

/** Numbers, or lists of them, that differ by no more than `tolerance` each. */
export function near(actual, expected, tolerance = 1e-6) {
  const a = [actual].flat(3);
  const b = [expected].flat(3);
  const close = a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= tolerance);
  ok(close, `\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`);
}

/** Rejects with an error of this `code` and class `name` whose message matches every one of `says`. */
export async function rejects(promise, { code, name, says = [] }) {
  const error = await promise.then(
    (value) => {
      throw new Error(`expected a rejection with code ${code}, got ${show(value)}`);
    },
    (reason) => reason,
  );
  equal(error?.code, code, `code of: ${error?.stack ?? error}`);
  if (name) equal(error.name, name, "name of the error");
  ok(error instanceof Error, "expected an instance of Error");
  for (const part of [says].flat()) {
    const found = part instanceof RegExp ? part.test(error.message) : error.message.includes(part);
    ok(found, `expected ${show(String(part))} in the message: ${error.message}`);
  }
  return error;
}

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b) || ArrayBuffer.isView(a) !== ArrayBuffer.isView(b)) {
    return false;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

function show(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 2000 ? `${text.slice(0, 2000)}...` : text;
}
