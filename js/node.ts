/** The package in Node: the same exports, with the engine read from its file. */
import { readEngineFromFile } from "./node-source.js";

export * from "./index.js";

readEngineFromFile();
