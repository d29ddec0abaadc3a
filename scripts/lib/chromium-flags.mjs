// How every test and measurement starts Chromium: without talking to anybody.
export const chromiumFlags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Chromium refuses to run as root inside its sandbox.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];
