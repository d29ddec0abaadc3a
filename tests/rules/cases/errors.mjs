// Section 5: the classes of errors.
import { equal, ok } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { clientError, refused, valueError } from "../support.mjs";

const named = {
  ChromaUnauthorizedError: "ChromaAuthError",
};

export const rules = {
  async "5.1 every class is an Error under its own name; the one of authorization is ChromaAuthError"({
    chromadb,
  }) {
    const classes = Object.entries(chromadb).filter(([key]) => key.endsWith("Error"));
    ok(classes.length >= 12);
    for (const [key, Class] of classes) {
      const error = key === "ChromaError" ? new Class("ChromaError", "why") : new Class("why");
      ok(error instanceof Error, key);
      equal([error.name, error.message], [named[key] ?? key, "why"]);
    }
  },
  async "5.2 an argument's shape is a ChromaValueError"(world) {
    const things = await world.things(four);
    await refused(
      valueError,
      () => things.get({ where: {} }),
      () => things.add({ ids: "a", embeddings: [[1, 2]] }),
    );
  },
  async "5.3 a dimension, a name, a configuration or a pattern that is refused is a ChromaClientError"(
    world,
  ) {
    const things = await world.things(four);
    await refused(
      clientError,
      () => things.add({ ids: ["x"], embeddings: [[1, 2, 3]] }),
      () => things.query({ queryEmbeddings: [[1, 2, 3]] }),
      () => world.client.createCollection({ name: "a b" }),
      () => world.client.createCollection({ name: "abc", configuration: { hnsw: { space: "x" } } }),
      () => things.get({ whereDocument: { $regex: "(" } }),
    );
  },
  async "5.4 a collection that is gone is a ChromaNotFoundError for every call of its object"(
    world,
  ) {
    const things = await world.things(four);
    await world.client.deleteCollection({ name: "things" });
    const record = { ids: ["x"], embeddings: [[1, 2]] };
    await refused(
      "ChromaNotFoundError",
      () => things.count(),
      () => things.get(),
      () => things.peek(),
      () => things.query({ queryEmbeddings: [[1, 2]] }),
      () => things.add(record),
      () => things.update(record),
      () => things.upsert(record),
      () => things.delete({ ids: ["a"] }),
      () => things.modify({ name: "new" }),
      () => world.client.getCollection({ name: "things" }),
    );
  },
  async "5.5 a name that is taken is a ChromaUniqueError, also for a rename"(world) {
    const things = await world.things(four);
    await world.client.createCollection({ name: "taken", embeddingFunction: null });
    await refused(
      "ChromaUniqueError",
      () => world.client.createCollection({ name: "taken" }),
      () => things.modify({ name: "taken" }),
    );
  },
  async "5.6 what is not allowed is a ChromaForbiddenError"(world) {
    await refused("ChromaForbiddenError", () => world.client.reset());
  },
};
