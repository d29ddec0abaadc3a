// Calls to a page in a browser that nobody drives: the page asks for them and sends the answers; see page/remote.js.

/** How long a request waits for a call before the page asks again, in milliseconds. */
const PATIENCE = 20_000;

export class Mailbox {
  #calls = [];
  #waiting = new Map();
  #lastId = 0;
  #wake = () => {};

  /** Calls a function of `window.bench`. */
  call(method, args) {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#calls.push({ id, method, args });
    this.#wake();
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Every call that has no answer fails, as the browser has ended. */
  fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** Whether the request was one of the page's. */
  handle(request, response) {
    if (request.url === "/calls") this.#give(response);
    else if (request.url === "/answers") this.#take(request, response);
    else return false;
    return true;
  }

  async #give(response) {
    if (this.#calls.length === 0) {
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, PATIENCE).unref();
      });
    }
    const call = this.#calls.shift();
    response.writeHead(call ? 200 : 204, { "Content-Type": "application/json" });
    response.end(call && JSON.stringify(call));
  }

  async #take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    response.writeHead(204).end();
    const { id, value, error } = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(value);
  }
}
