// A page of the benchmark with its data.
import { served } from "./dataset.mjs";
import { serve } from "./server.mjs";

/** Opens `file` with the dataset, and closes it after `use(page)`. `strict` as for the server. */
export async function withPage({ browser, site }, file, dataset, use, { strict = true } = {}) {
  const server = await serve(site, served(dataset), { strict });
  const page = await browser.page();
  try {
    await page.goto(`${server.origin}/${file}`);
    return await use(page);
  } finally {
    await page.close();
    server.close();
  }
}
