// The whole public API as named cases. Each gets a context with a client of its own.
import * as abort from "./cases/abort.mjs";
import * as badCollections from "./cases/bad-collections.mjs";
import * as badReads from "./cases/bad-reads.mjs";
import * as badWrites from "./cases/bad-writes.mjs";
import * as chromaClient from "./cases/chroma-client.mjs";
import * as closing from "./cases/closing.mjs";
import * as collections from "./cases/collections.mjs";
import * as configurations from "./cases/configurations.mjs";
import * as databases from "./cases/databases.mjs";
import * as embeddingFunctions from "./cases/embedding-functions.mjs";
import * as extremes from "./cases/extremes.mjs";
import * as filters from "./cases/filters.mjs";
import * as handles from "./cases/handles.mjs";
import * as ingest from "./cases/ingest.mjs";
import * as persistence from "./cases/persistence.mjs";
import * as planning from "./cases/planning.mjs";
import * as queries from "./cases/queries.mjs";
import * as records from "./cases/records.mjs";
import * as reembed from "./cases/reembed.mjs";
import * as schemas from "./cases/schemas.mjs";
import * as searches from "./cases/searches.mjs";
import * as storedFunctions from "./cases/stored-functions.mjs";

const modules = [
  collections,
  records,
  ingest,
  reembed,
  extremes,
  filters,
  queries,
  planning,
  embeddingFunctions,
  storedFunctions,
  configurations,
  schemas,
  searches,
  databases,
  chromaClient,
  handles,
  badWrites,
  badReads,
  badCollections,
  abort,
  persistence,
  closing,
];

/** Names of the cases for a kind of client. */
export function caseNames(persistent) {
  return Object.keys(casesFor(persistent));
}

/** Runs one case in a place: `{ vecino, chromadb, worker, path }`. */
export function runCase(name, place) {
  return withClients(place, (context) => casesFor(context.persistent)[name](context));
}

/**
 * Calls `run` with a client. `vecino` is the package, `chromadb` its entry of that name, `worker` the option, and a
 * `path` makes the client a persistent one. The context holds client, fresh(options), reopen() and these.
 */
export async function withClients({ vecino, chromadb, worker, path }, run) {
  const persistent = path !== undefined;
  const clients = [];
  const fresh = (options = {}) => {
    const { EphemeralClient, PersistentClient } = vecino;
    const client = persistent
      ? new PersistentClient({ path, worker, ...options })
      : new EphemeralClient({ worker, ...options });
    clients.push(client);
    return client;
  };
  const reopen = async () => {
    await clients.at(-1).close();
    return fresh();
  };
  const context = { vecino, chromadb, persistent, worker, path, fresh, client: fresh() };
  try {
    await run(persistent ? { ...context, reopen } : context);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    if (persistent) await vecino.PersistentClient.destroy({ path, worker });
  }
}

function casesFor(persistent) {
  return Object.assign(
    {},
    ...modules.map(({ cases }) => cases),
    ...(persistent ? modules.map(({ persistentCases }) => persistentCases) : []),
  );
}
