// What is asked, kept in the page's address, so that a reload, a bookmark or the back button shows the same result.
//
//   ?q=how+to+undo&like=<id>&source=tldr&source=cargo&type=guide&code=yes&words=20-80&years=2000-

/** @returns {{question: string, like: string, filters: object}} */
export function readAddress(address = location.search) {
  const read = new URLSearchParams(address);
  const code = read.get("code");
  return {
    question: read.get("q") ?? "",
    like: read.get("like") ?? "",
    filters: {
      source: read.getAll("source"),
      type: read.getAll("type"),
      code: code === "yes" || code === "no" ? code : "",
      words: readRange(read.get("words")),
      years: readRange(read.get("years")),
    },
  };
}

function readRange(text) {
  const found = /^(\d{1,6})?-(\d{1,6})?$/.exec(text ?? "");
  const bound = (digits) => (digits === undefined ? undefined : Number(digits));
  return { from: bound(found?.[1]), to: bound(found?.[2]) };
}

function writeRange({ from, to }) {
  return from === undefined && to === undefined ? "" : `${from ?? ""}-${to ?? ""}`;
}

/** A search as the address's query; empty where nothing is asked and nothing narrowed. */
export function addressOf({ question, like, filters }) {
  const write = new URLSearchParams();
  const set = (name, value) => value && write.set(name, value);
  if (like) set("like", like);
  else set("q", question);
  for (const source of filters.source) write.append("source", source);
  for (const type of filters.type) write.append("type", type);
  set("code", filters.code);
  set("words", writeRange(filters.words));
  set("years", writeRange(filters.years));
  const query = write.toString();
  return query === "" ? "" : `?${query}`;
}

/** `push` makes a step that the back button undoes; without it the present step is renamed. */
export function writeAddress(asked, { push }) {
  const query = addressOf(asked);
  if (query === location.search) return;
  const address = location.pathname + query;
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
