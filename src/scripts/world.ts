import world from "./world.sandbox.js";
import xml from "./xml.sandbox.js";

/** An expression: the function that makes the world of scripts when it is called with the host. */
export const worldSource = `(host) => ${world.trim().replace(/;$/, "")}(host, ${xml.trim().replace(/;$/, "")})`;
