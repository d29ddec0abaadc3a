import type { Client } from "./client.js";
import { Collection } from "./collection.js";
import { errorOf } from "./errors.js";

/** A collection known by its id alone: everything works that needs neither its name nor its embedding function. */
export class CollectionHandle extends Collection {
  /** @internal */
  constructor(client: Client, scope: { id: string; tenant: string; database: string }) {
    // What a handle has no way to know is left empty, as in Chroma.
    const unknown = {
      ...scope,
      key: "",
      name: "",
      configuration: {} as Collection["configuration"],
    };
    super(client, unknown, {
      extra: {},
      schema: undefined,
      embeddingFunction: undefined,
      missing:
        "this is a handle of client.collection(id); getCollection gives the collection with its function",
    });
    this.configuration = unknown.configuration;
  }

  override async modify(): Promise<void> {
    throw refused("modify()");
  }

  override async reembed(): Promise<never> {
    throw refused("reembed()");
  }

  override async fork(): Promise<Collection> {
    throw refused("fork()");
  }
}

function refused(call: string): Error {
  return errorOf(
    "invalid_argument",
    `${call} is not possible on a handle of client.collection(id); use getCollection or getCollectionById.`,
  );
}
