/** A failure that is the user's to mend: printed as one message, without a stack. */
export class Failure extends Error {}

/** Runs a script's main function; prints what went wrong and sets the exit code. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    console.error(`\n${error instanceof Failure ? error.message : error.stack}`);
    process.exit(1);
  }
}
