import builtins from "./builtins.sandbox.js";
import calls from "./calls.sandbox.js";
import crypto from "./crypto.sandbox.js";
import lists from "./lists.sandbox.js";
import messages from "./messages.sandbox.js";
import payloads from "./payloads.sandbox.js";
import variables from "./variables.sandbox.js";
import world from "./world.sandbox.js";
import xml from "./xml.sandbox.js";

/** The parts of the world, each behind those that it needs. */
const parts = [builtins, xml, variables, lists, payloads, messages, calls, crypto];

/** An expression: the function that makes the world of scripts when it is called with the host. */
export const worldSource = `(host) => ${expression(world)}(host, ${parts.map(expression).join(", ")})`;

/** Without comments and indentation: QuickJS keeps the text of every function. */
function expression(source: string): string {
  const lines = source.split("\n").map((line) => line.trim());
  const code = lines.filter((line) => !/^(?:\/\/|\/\*\*|\*(?: |\/|$))/.test(line));
  return code.join("\n").trim().replace(/;$/, "");
}
