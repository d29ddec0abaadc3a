// Jobs that every tab can do.
/** The browser's name and version as it tells them. */
export function version() {
  return navigator.userAgent;
}

export function openTab(url) {
  window.open(url, "_blank", "noopener");
}

export function closeTab() {
  window.close();
}

/** Never answers: the page that comes next does the next job. */
export function reload() {
  location.reload();
  return new Promise(() => {});
}
