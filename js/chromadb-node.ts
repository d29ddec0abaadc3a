/** "vecino/chromadb" in Node: the same exports, with the engine read from its file. */
import { readEngineFromFile } from "./node-source.js";

export * from "./chromadb.js";

readEngineFromFile();
