import type * as v from "valibot";
import { nearestNames } from "./nearest.ts";

/** What is wrong with a value, as what follows its name, and what to write instead. No text shows the value. */
export interface Words {
  readonly wrong: string;
  readonly remedy: string;
}

/** The library's names of types in words. */
const kinds: ReadonlyMap<string, string> = new Map([
  ["Object", "an object"],
  ["Array", "a list"],
  ["string", "a text"],
  ["number", "a number"],
  ["boolean", "true or false"],
]);

/**
 * Says what an issue of valibot means. A schema's own messages begin with `must`, as in `must be a port from 1 to
 * 65535` and `must name a host`; the library's are put into words.
 */
export function wordsFor(issue: v.BaseIssue<unknown>): Words {
  if (/^must /.test(issue.message)) return { wrong: issue.message, remedy: `${instruction(issue.message)}.` };
  const name = issue.path?.at(-1)?.key;
  // What is expected of an object is the name of the field that it lacks.
  if (issue.input === undefined && issue.type.endsWith("object")) {
    return { wrong: "is missing", remedy: `Add ${name}.` };
  }
  const choices = choicesOf(issue);
  if (choices.length > 0) return chosen(choices, issue.input);
  if (issue.input === undefined) return { wrong: "is missing", remedy: `Add ${name}.` };
  const kind = kinds.get(issue.expected ?? "") ?? "another value";
  const quotes = kind === "a text" && typeof issue.input !== "object" ? ", between quotes" : "";
  return { wrong: `must be ${kind}, and is ${kindOf(issue.input)}`, remedy: `Write ${kind}${quotes}.` };
}

/** The values that an issue would accept, when they are listed one by one. */
export function choicesOf({ expected }: v.BaseIssue<unknown>): string[] {
  const isList = /^(?:[()| ]|"[^"]*")+$/.test(expected ?? "");
  return isList ? Array.from((expected ?? "").matchAll(/"([^"]*)"/g), ([, choice = ""]) => choice) : [];
}

function chosen(choices: readonly string[], input: unknown): Words {
  const list = choices.map((choice) => `"${choice}"`).join(" or ");
  if (input === undefined) return { wrong: "is missing", remedy: `Write ${list}.` };
  const near = typeof input === "string" ? nearestNames(input, choices) : [];
  const meant = near.map((choice) => `"${choice}"`).join(" or ");
  return { wrong: `must be ${list}`, remedy: meant === "" ? `Write ${list}.` : `Did you mean ${meant}?` };
}

/** `Write a port from 1 to 65535` of `must be a port from 1 to 65535`, `Name a host` of `must name a host`. */
function instruction(message: string): string {
  const words = message.replace(/^must /, "");
  return words.startsWith("be ")
    ? `Write ${words.slice("be ".length)}`
    : words.charAt(0).toUpperCase() + words.slice(1);
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "boolean" ? "true or false" : (kinds.get(typeof value) ?? "an object");
}
