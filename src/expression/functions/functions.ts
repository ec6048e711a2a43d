import { base64Functions } from "./base64.ts";
import { escapeFunctions } from "./escape.ts";
import { hashFunctions } from "./hash.ts";
import { hmacFunctions } from "./hmac.ts";
import { jsonPath } from "./json-path.ts";
import { randomFunctions } from "./random.ts";
import type { TemplateFunction } from "./template-function.ts";
import { textFunctions } from "./text.ts";
import { timeFunctions } from "./time.ts";
import { xeger } from "./xeger.ts";
import { xpath } from "./xpath.ts";

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
