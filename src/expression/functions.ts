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

/** The function of message templates with exactly this name. Apigee: "Message templates" (function reference). */
export function functionNamed(name: string): TemplateFunction | undefined {
  return functions.get(name);
}

/** The names of all functions of message templates. */
export function functionNames(): Iterable<string> {
  return functions.keys();
}
