import { Late } from "../text/late.ts";

/** Regular expressions. Their engine is the largest part of the program. */
export const regexes = new Late(() => import("./regex.ts"));

/** XML, and XPath. */
export const xpaths = new Late(() => import("./xpath.ts"));

/** The functions of message templates that need one of these, or a library of their own. */
export const lateFunctions = {
  replaceAll: new Late(async () => (await import("./functions/replace.ts")).replaceAll),
  replaceFirst: new Late(async () => (await import("./functions/replace.ts")).replaceFirst),
  xeger: new Late(async () => (await import("./functions/xeger.ts")).xeger),
  xpath: new Late(async () => (await import("./functions/xpath.ts")).xpath),
};
