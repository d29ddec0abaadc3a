// A page of the benchmark with its data.
import { served } from "./dataset.mjs";
import { serve } from "./server.mjs";

/**
 * Opens `file` with the dataset, and closes it after `use(call)`, where `call(name, ...args)` calls a function of its
 * `window.bench`. `strict` as for the server.
 */
export async function withPage({ browser, site }, file, dataset, use, { strict = true } = {}) {
  const mailbox = browser.mailbox();
  const server = await serve(site, served(dataset), { strict, mailbox });
  try {
    const page = await browser.visit(`${server.origin}/${file}`, mailbox);
    try {
      return await use(page.call);
    } finally {
      await page.close();
    }
  } finally {
    server.close();
  }
}
