// The question, its results and the page's address: one state, shown in three places.

import { readAddress, writeAddress } from "./address.js";
import { byId, create, show } from "./dom.js";
import { drawExamples } from "./examples.js";
import { filterForm } from "./filters.js";
import { announce } from "./notice.js";
import { resultList } from "./results.js";
import { search } from "./search.js";
import { tellingWords } from "./shared-words.js";
import { countFilters, whereOf } from "./where.js";
import { milliseconds, plural } from "./words.js";

/**
 * @param {object} options
 * @param {() => object} options.store the one in use
 * @param {(id: string) => void} options.edit
 * @param {(id: string) => void} options.remove
 * @param {(error: Error) => void} options.failed
 */
export function asking({ store, edit, remove, failed }) {
  const question = byId("question");
  const title = byId("results-title");
  const timing = byId("timing");
  const body = byId("results-body");
  const results = resultList({ like, edit, remove });
  const filters = filterForm(() => run({ push: true }));

  let asked = readAddress();
  let searches = 0;
  // While a question is being typed its address is renamed; the step before it stays for the back button.
  let typing = false;

  function say(text, ...more) {
    body.replaceChildren(create("p", { className: "say" }, text), ...more);
  }

  function idle() {
    searches += 1;
    results.clear();
    body.replaceChildren();
    title.textContent = "";
    timing.textContent = "";
    show(byId("columns"), false);
    show(byId("examples"), !question.disabled);
    document.title = "Vecino: semantic search in the page";
  }

  /** Shows the results of what is asked. Of searches under way at the same time, only the last one is shown. */
  async function run({ push = false } = {}) {
    asked = {
      ...asked,
      question: asked.like ? "" : question.value.trim(),
      filters: filters.read(),
    };
    writeAddress(asked, { push });
    if (!asked.like && asked.question === "") return idle();
    searches += 1;
    const mine = searches;
    let found;
    try {
      found = await search(store(), { ...asked, where: whereOf(asked.filters) });
    } catch (error) {
      if (mine === searches) refused(error);
      return undefined;
    }
    if (mine === searches) draw(found);
    return undefined;
  }

  function refused(error) {
    results.clear();
    timing.textContent = "";
    title.textContent = "No results";
    show(byId("columns"), true);
    show(byId("examples"), false);
    if (error.code === "unknown_text") {
      say("The model knows no word of this question. It reads English; try other words.");
    } else if (error.code === "not_found") {
      say("The passage whose neighbors were asked for is no longer in the store.");
    } else {
      say("The search did not come through.");
      failed(error);
    }
    announce(body.textContent);
  }

  function draw({ hits, like: passage, embedTime, searchTime }) {
    show(byId("columns"), true);
    show(byId("examples"), false);
    const subject = passage ? `Near “${passage.metadata.title}”` : "Nearest passages";
    title.textContent = subject;
    const took = [`searched in ${milliseconds(searchTime)}`];
    if (embedTime !== undefined) took.unshift(`question embedded in ${milliseconds(embedTime)}`);
    timing.textContent = took.join(", ").replace(/^./, (letter) => letter.toUpperCase());
    document.title = `${passage ? subject : asked.question} · Vecino`;
    body.replaceChildren();
    if (hits.length === 0) none();
    results.draw(hits, passage ? new Map() : tellingWords(asked.question));
    const first = hits.length > 0 ? ` First: ${hits[0].metadata.title}.` : "";
    announce(`${subject}: ${plural(hits.length, "passage")}, ${timing.textContent}.${first}`);
  }

  function none() {
    if (countFilters(asked.filters) === 0) {
      say("There are no other passages in the store.");
      return;
    }
    say(
      "No passage fits these filters.",
      create(
        "p",
        {},
        create("button", { type: "button", onclick: () => filters.clear() }, "Clear the filters"),
      ),
    );
  }

  /** The neighbors of a passage, by its stored embedding. */
  async function like(id) {
    asked = { ...asked, like: id };
    question.value = "";
    typing = false;
    await run({ push: true });
    title.focus();
    title.scrollIntoView({ block: "start" });
  }

  function ask(text) {
    question.value = text;
    asked = { ...asked, like: "" };
    typing = false;
    return run({ push: true });
  }

  let waiting;
  question.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      asked = { ...asked, like: "" };
      const push = !typing;
      typing = true;
      run({ push });
    }, store().embedding.pause);
  });
  question.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    clearTimeout(waiting);
    ask("");
  });
  byId("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    ask(question.value);
  });
  addEventListener("popstate", () => {
    fromAddress();
    run();
  });

  function fromAddress() {
    asked = readAddress();
    typing = false;
    question.value = asked.question;
    filters.set(asked.filters);
  }

  drawExamples((text) => {
    ask(text);
    question.focus();
  });

  /** Draws the filters anew after the store has changed. */
  function drawFilters(facets) {
    filters.draw(facets, asked.filters);
  }

  /** Opens the question for typing; before, nothing can be found. */
  function enable(enabled) {
    question.disabled = !enabled;
    for (const button of document.querySelectorAll("#ask button, #examples button"))
      button.disabled = !enabled;
    if (!enabled) idle();
  }

  question.value = asked.question;
  return { run, like, enable, drawFilters, focusHit: results.focus };
}
