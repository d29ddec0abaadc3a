/** Throws unless a report of `client.verify()`, as JSON, says that all is well. Null: the package has no such call. */
export function requireClean(report) {
  if (report === undefined || report === null) return;
  const { ok, problems } = JSON.parse(report);
  if (ok !== true || problems.length > 0) throw new Error(`verify() found ${report}`);
}
