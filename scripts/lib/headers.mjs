// The headers that the demo is served and tested with. Nothing runs that is not a file of its own:
// no inline script, no inline style, no code made from text except WebAssembly.
const policy = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "worker-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self'",
  // The visitor may name any embedding service, so no list can hold it. What could misuse this is code of others, and
  // that script-src keeps out. Without https only this computer (Ollama, LM Studio): keys do not go in the clear.
  "connect-src": "'self' https: http://localhost:* http://127.0.0.1:*",
  "object-src": "'none'",
  "form-action": "'self'",
  "base-uri": "'none'",
  "frame-ancestors": "'none'",
};

export const headers = {
  "Content-Security-Policy": Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};
