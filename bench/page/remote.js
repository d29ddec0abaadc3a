// In a browser that nobody drives the page itself asks the runner what to do; see lib/mailbox.mjs.

// By then the page's other scripts have run.
if (location.hash === "#remote") addEventListener("load", listen);

async function listen() {
  for (;;) {
    const response = await fetch("/calls");
    if (response.status === 204) continue;
    const { id, method, args } = await response.json();
    const answer = await answered(method, args);
    await fetch("/answers", { method: "POST", body: JSON.stringify({ id, ...answer }) });
  }
}

async function answered(method, args) {
  try {
    return { value: await window.bench[method](...args) };
  } catch (error) {
    return { error: `${method}: ${error.message}\n${error.stack}` };
  }
}
