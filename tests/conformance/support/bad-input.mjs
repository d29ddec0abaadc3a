// Bad input: what the error has to say, and that nothing has changed.
import { equal, ok, rejects } from "./assert.mjs";
import { dump } from "./records.mjs";

const shapes = ["invalid_argument", "duplicate_id", "invalid_filter", "invalid_metadata"];

/** An error of this code and of the class that goes with it. */
export const value = (code, ...says) => {
  const name = shapes.includes(code) ? "ChromaValueError" : "ChromaClientError";
  return { code, name, says };
};
export const argument = (...says) => value("invalid_argument", ...says);

/** Runs every [call, error]; afterwards memory, and what a reopened database holds, are as they were. */
export async function check({ client, reopen }, collection, calls) {
  const before = await dump(client);
  for (const [index, [call, expected]] of calls.entries()) {
    const promise = call(collection);
    ok(promise instanceof Promise, "an error is a rejection, never thrown at the caller");
    await rejects(promise, expected).catch((error) => {
      error.message = `call ${index}: ${error.message}`;
      throw error;
    });
    equal(await dump(client), before, `call ${index} left a trace`);
  }
  if (reopen) equal(await dump(await reopen()), before, "after reopening");
}
