import work from "./work.sandbox.js";
import world from "./world.sandbox.js";
import xml from "./xml.sandbox.js";

/** An expression: the function that makes the world of scripts when it is called with the host. */
export const worldSource = `(host) => ${expression(world)}(host, ${expression(xml)}, ${expression(work)})`;

/** Without comments and indentation: QuickJS keeps the text of every function, and all it keeps is put back each time. */
function expression(source: string): string {
  const lines = source.split("\n").map((line) => line.trim());
  const code = lines.filter((line) => !/^(?:\/\/|\/\*\*|\*(?: |\/|$))/.test(line));
  return code.join("\n").trim().replace(/;$/, "");
}
