import { Late } from "../../text/late.ts";
import { lateFunctions } from "../late-parts.ts";
import { base64Functions } from "./base64.ts";
import { escapeFunctions } from "./escape.ts";
import { hashFunctions } from "./hash.ts";
import { hmacFunctions } from "./hmac.ts";
import { jsonPath, pathsOfRequests } from "./json-path.ts";
import { randomFunctions } from "./random.ts";
import type { TemplateFunction } from "./template-function.ts";
import { textFunctions } from "./text.ts";
import { timeFunctions } from "./time.ts";

const functions: ReadonlyMap<string, TemplateFunction | Late<TemplateFunction>> = new Map(
  Object.entries({
    ...hashFunctions,
    ...hmacFunctions,
    ...base64Functions,
    ...textFunctions,
    ...escapeFunctions,
    ...timeFunctions,
    ...randomFunctions,
    jsonPath,
    ...lateFunctions,
  }),
);

/** The function of message templates with exactly this name. Apigee: "Message templates" (function reference). */
export function functionNamed(name: string): TemplateFunction | undefined {
  const found = functions.get(name);
  return found instanceof Late ? found.get() : found;
}

/** For templates that come with requests: any of them may call any function, with any path in it. */
export function needAllFunctions(): void {
  for (const name of functions.keys()) functionNamed(name);
  pathsOfRequests();
}

/** The names of all functions of message templates. */
export function functionNames(): Iterable<string> {
  return functions.keys();
}
