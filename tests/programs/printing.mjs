// Runs a program and gives what it prints. Runs in Node and in a page.

export async function printed(program, options) {
  const lines = [];
  const print = (...values) => {
    lines.push(values.map((x) => (typeof x === "string" ? x : JSON.stringify(x))).join(" "));
  };
  await program.main(print, options);
  return `${lines.join("\n")}\n`;
}
