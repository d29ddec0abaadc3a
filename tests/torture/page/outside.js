// The way to the process outside.
const { searchParams } = new URL(location.href);

/** Sends `body`, if there is one; resolves with the answer, undefined when it is empty. */
export async function fetchJson(path, body, parameters = {}) {
  const query = new URLSearchParams({ tab: searchParams.get("tab"), ...parameters });
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${path}?${query}`, options);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Tells the process outside something. When it resolves, that process knows. */
export const say = (message) => fetchJson("/say", message);

/** The package that is tested. */
export const vecino = await import("/dist/index.js");
