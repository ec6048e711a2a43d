/** The module of an isolate that takes calls: `function.js`. */
import "./platform.ts";

export { default, load } from "./serve.ts";
