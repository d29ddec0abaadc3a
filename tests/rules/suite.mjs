// Chroma's rules, numbered as in README.md, each as a case that runs in every kind of place. In IndexedDB the database
// is closed and opened again between what a rule writes and what it reads.
import { withClients } from "../conformance/suite.mjs";
import * as configuration from "./cases/configuration.mjs";
import * as embeddingFunctions from "./cases/embedding-functions.mjs";
import * as errors from "./cases/errors.mjs";
import * as filters from "./cases/filters.mjs";
import * as query from "./cases/query.mjs";
import * as reads from "./cases/reads.mjs";
import * as search from "./cases/search.mjs";
import * as surface from "./cases/surface.mjs";
import * as surprises from "./cases/surprises.mjs";
import * as validation from "./cases/validation.mjs";
import * as values from "./cases/values.mjs";
import * as writes from "./cases/writes.mjs";

const modules = [
  surprises,
  surface,
  reads,
  validation,
  errors,
  values,
  writes,
  filters,
  query,
  configuration,
  embeddingFunctions,
  search,
];
const rules = Object.assign({}, ...modules.map((module) => module.rules));

export function caseNames() {
  return Object.keys(rules);
}

export function runCase(name, place) {
  return withClients(place, (context) => rules[name](new World(context)));
}

/** What a rule is tested in. */
class World {
  constructor(context) {
    this.context = context;
    this.chromadb = context.chromadb;
    this.client = context.client;
  }

  /** The middle of a test: in IndexedDB everything is closed and opened again. */
  async midway() {
    if (this.context.reopen) this.client = await this.context.reopen();
    return this.client;
  }

  /** A collection of these records, or of none, after the middle. */
  async things(records, { embeddingFunction = null, ...options } = {}) {
    const made = await this.client.createCollection({
      name: "things",
      embeddingFunction,
      ...options,
    });
    if (records) await made.add(records);
    return this.again(embeddingFunction ?? undefined);
  }

  /** The collection of that name, after another middle. */
  async again(embeddingFunction, name = "things") {
    await this.midway();
    return this.client.getCollection({ name, embeddingFunction });
  }

  /** An admin client on the same data. */
  admin() {
    return new this.context.vecino.AdminClient({ client: this.client });
  }

  /** A client of another database in the same data. */
  clientOf(scope) {
    const { fresh, persistent } = this.context;
    return fresh(persistent ? scope : { ...scope, client: this.client });
  }
}
