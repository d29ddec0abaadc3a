// The visitor's own passages: written, changed, deleted (with a way back) and listed.

import { byId, create, show } from "./dom.js";
import { openEditor } from "./editor.js";
import { notify } from "./notice.js";
import { plural } from "./words.js";

const NO_SOURCE = "my notes";

/** An id that no other passage has; `crypto.randomUUID` is missing where the page is not served securely. */
function freshId() {
  const random = crypto.getRandomValues(new Uint8Array(12));
  return `own/${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function metadataOf({ title, text, source, code }) {
  return {
    own: true,
    source: source || NO_SOURCE,
    type: "note",
    title,
    words: text.split(/\s+/).length,
    has_code: code,
    year: new Date().getFullYear(),
  };
}

/**
 * @param {object} options
 * @param {() => object} options.store the one in use
 * @param {() => Promise<void>} options.changed called after every change; draws what depends on it
 * @param {(id: string) => void} options.like shows the neighbors of a passage
 * @param {(id: string) => boolean} options.focus moves the focus to a passage among the results, if it is there
 */
export function ownPassages({ store, changed, like, focus }) {
  const list = byId("own");

  /** Embeds first and writes then, so that a text without known words is refused before anything is touched. */
  async function embed({ embeddingFunction }, values) {
    const [embedding] = await embeddingFunction.generate([values.text]);
    return { embeddings: [embedding], documents: [values.text], metadatas: [metadataOf(values)] };
  }

  function add() {
    openEditor({
      onSave: async (values) => {
        const id = freshId();
        const here = store();
        await here.collection.add({ ids: [id], ...(await embed(here, values)) });
        await changed();
        notify(`“${values.title}” is kept.`, {
          label: "Show what is near it",
          run: () => like(id),
        });
      },
    });
  }

  async function read(id) {
    const result = await store().collection.get({
      ids: [id],
      include: ["documents", "metadatas", "embeddings"],
    });
    return result.rows()[0];
  }

  async function edit(id) {
    openEditor({
      passage: await read(id),
      onSave: async (values) => {
        const here = store();
        await here.collection.update({ ids: [id], ...(await embed(here, values)) });
        await changed();
        notify(`“${values.title}” is changed.`);
        // The dialog gives the focus back to a button that has been drawn anew.
        setTimeout(() => focus(id) || byId("own-title").focus());
      },
    });
  }

  async function remove(id) {
    const { document, metadata, embedding } = await read(id);
    const { collection } = store();
    await collection.delete({ ids: [id] });
    await changed();
    notify(`“${metadata.title}” is deleted.`, {
      label: "Undo",
      focus: true,
      run: async () => {
        await collection.add({
          ids: [id],
          embeddings: [embedding],
          documents: [document],
          metadatas: [metadata],
        });
        await changed();
        notify(`“${metadata.title}” is back.`);
        if (!focus(id)) byId("own-title").focus();
      },
    });
  }

  async function draw() {
    const passages = await store().own();
    show(byId("own-section"), true);
    show(byId("own-none"), passages.length === 0);
    list.replaceChildren(
      ...passages.map(({ id, metadata: { title, source, words } }) => {
        const button = (label, run, className = "") =>
          create(
            "button",
            {
              type: "button",
              className,
              onclick: () => run(id),
              "aria-label": `${label}: “${title}”`,
            },
            label,
          );
        return create(
          "li",
          {},
          create("span", { className: "own-title" }, title),
          create("span", { className: "own-facts" }, `${source}, ${plural(words, "word")}`),
          create(
            "span",
            { className: "row" },
            button("What is near", like),
            button("Edit", edit),
            button("Delete", remove, "danger"),
          ),
        );
      }),
    );
    return passages.length;
  }

  return { add, edit, remove, draw };
}
