// Draws the hits. Every text of a passage becomes a text node, so a passage that holds HTML is shown as text.

import { byId, create, show } from "./dom.js";
import { markShared } from "./shared-words.js";
import { original } from "./sources.js";
import { distance, plural } from "./words.js";

/**
 * @param {object} actions
 * @param {(id: string) => void} actions.like
 * @param {(id: string) => void} actions.edit
 * @param {(id: string) => void} actions.remove
 */
export function resultList({ like, edit, remove }) {
  const list = byId("hits");
  const template = byId("hit-template");

  function facts({ source, type, section, title, year, words, has_code }) {
    const all = [
      source,
      type,
      section === title ? undefined : section,
      year,
      plural(words, "word"),
    ];
    if (has_code) all.push("code");
    return all
      .filter((fact) => fact !== undefined && fact !== "")
      .map((fact) => create("span", {}, String(fact)));
  }

  function actionsOf({ id, metadata }) {
    const about = `“${metadata.title}”`;
    const made = [create("button", { type: "button", onclick: () => like(id) }, "More like this")];
    if (metadata.own) {
      made.push(create("button", { type: "button", onclick: () => edit(id) }, "Edit"));
      made.push(
        create(
          "button",
          { type: "button", className: "danger", onclick: () => remove(id) },
          "Delete",
        ),
      );
    }
    for (const button of made) button.setAttribute("aria-label", `${button.textContent}: ${about}`);
    const url = original(metadata);
    if (url) {
      made.push(
        create(
          "a",
          { href: url, rel: "noreferrer", "aria-label": `The original of ${about}` },
          "The original",
        ),
      );
    }
    return made;
  }

  function shared(words, found) {
    if (words.size === 0) return [];
    if (found.length === 0) return ["Shares no word with the question: near by meaning alone."];
    return [
      "Shares ",
      ...found.flatMap((word, i) => [i > 0 ? ", " : "", create("mark", {}, word)]),
    ];
  }

  function hit(row, rank, words) {
    const made = template.content.cloneNode(true);
    const at = (name) => made.querySelector(`.${name}`);
    const article = at("hit");
    const { parts, shared: found } = markShared(row.document, words);

    article.dataset.id = row.id;
    article.classList.toggle("own", row.metadata.own === true);
    at("rank").textContent = String(rank);
    at("distance").textContent = `distance ${distance(row.distance)}`;
    at("dot").style.setProperty("--at", String(Math.min(Math.max(row.distance, 0), 1)));
    at("hit-title").textContent = row.metadata.title;
    at("hit-facts").append(...facts(row.metadata));
    at("passage").append(
      ...parts.map(({ text, shared: is }) => (is ? create("mark", {}, text) : text)),
    );
    at("shared").append(...shared(words, found));
    show(at("shared"), words.size > 0);
    at("actions").append(...actionsOf(row));
    return made;
  }

  /** Long passages are folded; a button unfolds them. Needs the hits in the page, to be measured. */
  function fold() {
    for (const passage of list.querySelectorAll(".passage")) {
      passage.classList.add("folded");
      const button = passage.nextElementSibling;
      const cut = passage.scrollHeight > passage.clientHeight + 4;
      passage.classList.toggle("folded", cut);
      show(button, cut);
      button.onclick = () => {
        const folded = passage.classList.toggle("folded");
        button.textContent = folded ? "Show all of it" : "Show less of it";
        button.setAttribute("aria-expanded", String(!folded));
      };
    }
  }

  /** @param {Map<string, string>} words the question's telling words; empty for "more like this" */
  function draw(rows, words) {
    list.replaceChildren(...rows.map((row, i) => hit(row, i + 1, words)));
    fold();
  }

  /** Moves the focus to a hit; false where it is not among them. */
  function focus(id) {
    const found = [...list.querySelectorAll(".hit")].find((article) => article.dataset.id === id);
    found?.focus();
    return found !== undefined;
  }

  return { draw, focus, clear: () => list.replaceChildren() };
}
