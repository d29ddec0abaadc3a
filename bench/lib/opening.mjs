// From opening a page to the first correct answer, for a visitor who comes back.

export const ways = ["package", "unlinked"];

/**
 * Opens each store's page `times` times by reloading it, in turns. Result: { package: [..], unlinked: [..] } of what
 * page/open.js tells.
 */
export async function measureReloads(browser, origin, times) {
  const results = Object.fromEntries(ways.map((way) => [way, []]));
  for (let time = 0; time < times; time += 1) {
    for (const way of ways) results[way].push(await reloaded(browser, origin, way));
  }
  return results;
}

/** Starts the browser anew before each opening. The browser is left running. */
export async function measureRestarts(browser, origin, times) {
  const results = Object.fromEntries(ways.map((way) => [way, []]));
  for (let time = 0; time < times; time += 1) {
    for (const way of ways) {
      await browser.stop();
      await browser.start();
      const page = await browser.page();
      results[way].push(await open(page, () => page.goto(`${origin}/open.html#${way}`), way));
      await page.close();
    }
  }
  return results;
}

async function reloaded(browser, origin, way) {
  const page = await browser.page();
  await open(page, () => page.goto(`${origin}/open.html#${way}`), way);
  const result = await open(page, () => page.reload(), way);
  result.heapBytes = await page.evaluate(() => window.heapBytes());
  await page.evaluate(() => window.closeStore());
  await page.close();
  return result;
}

async function open(page, navigate, way) {
  await navigate();
  const result = await page.evaluate(() => window.opened);
  if (!result.correct) throw new Error(`The first answer of the ${way} store was wrong.`);
  return result;
}
