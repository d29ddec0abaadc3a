// Which embedding function the visitor chose, kept over a reload. Never the key: it has no place in these settings.
//
//   {kind: "static"} | {kind: "minilm"} | {kind: "endpoint", baseUrl, model, dimensions?, keyed}

const KEPT = "vecino-demo-embedding";

export const STATIC = { kind: "static" };

const sound = (settings) =>
  settings?.kind === "static" ||
  settings?.kind === "minilm" ||
  (settings?.kind === "endpoint" && endpointProblems(settings).size === 0);

/** The choice of the last visit; the static model where there is none that can be read. */
export function readSettings() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return sound(kept) ? kept : STATIC;
  } catch {
    // No storage, or no JSON in it: as on the first visit.
    return STATIC;
  }
}

/** In a browser that keeps nothing, the choice lasts until the page is left. */
export function keepSettings(settings) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(settings));
  } catch {}
}

/** What is wrong with an endpoint's settings: the field's name -> a sentence. */
export function endpointProblems({ baseUrl, model, dimensions }) {
  const problems = new Map();
  const address = addressProblem(baseUrl);
  if (address) problems.set("baseUrl", address);
  if (typeof model !== "string" || model === "") problems.set("model", "Which model?");
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions > 0))
    problems.set("dimensions", "A whole number greater than 0, or nothing.");
  return problems;
}

/** The Content-Security-Policy allows the same addresses: a key does not go over a network in the clear. */
function addressProblem(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
  if (url?.protocol !== "https:" && !local)
    return "An address that begins with https://, or with http://localhost for this computer.";
  if (url.username || url.password || url.search || url.hash)
    return "The address alone, without a name, a key or anything after it.";
  return "";
}
