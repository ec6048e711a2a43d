import work from "./work.sandbox.js";
import world from "./world.sandbox.js";
import xml from "./xml.sandbox.js";

/** An expression: the function that makes the world of scripts when it is called with the host. */
export const worldSource = `(host) => ${expression(world)}(host, ${expression(xml)}, ${expression(work)})`;

function expression(source: string): string {
  return source.trim().replace(/;$/, "");
}
