import { base64Functions } from "./functions/base64.ts";
import { escapeFunctions } from "./functions/escape.ts";
import { hashFunctions } from "./functions/hash.ts";
import { hmacFunctions } from "./functions/hmac.ts";
import { jsonPath } from "./functions/json-path.ts";
import { randomFunctions } from "./functions/random.ts";
import type { TemplateFunction } from "./functions/template-function.ts";
import { textFunctions } from "./functions/text.ts";
import { timeFunctions } from "./functions/time.ts";
import { xeger } from "./functions/xeger.ts";
import { xpath } from "./functions/xpath.ts";

const functions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({
    ...hashFunctions,
    ...hmacFunctions,
    ...base64Functions,
    ...textFunctions,
    ...escapeFunctions,
    ...timeFunctions,
    ...randomFunctions,
    xeger,
    jsonPath,
    xpath,
  }),
);

const spellings: ReadonlyMap<string, string> = new Map(
  [...functions.keys()].map((name) => [name.toLowerCase(), name]),
);

/** The function of message templates with exactly this name. Apigee: "Message templates" (function reference). */
export function functionNamed(name: string): TemplateFunction | undefined {
  return functions.get(name);
}

/** The right spelling of a name that differs from a function's only in its case. */
export function functionSpelledAlmost(name: string): string | undefined {
  return spellings.get(name.toLowerCase());
}
