import { type TemplateFunction, textFunction } from "./template-function.ts";

/** Case, parts and choice of texts. */
export const textFunctions: Readonly<Record<string, TemplateFunction>> = {
  toUpperCase: textFunction(["value"], (text) => text.toUpperCase()),
  toLowerCase: textFunction(["value"], (text) => text.toLowerCase()),
  substring: textFunction(["value", "value", "value"], substring, 2),
  firstnonnull: {
    parameters: ["nullable"],
    required: 1,
    variadic: true,
    bind:
      () =>
      (...values) =>
        values.find((value) => value !== null) ?? null,
  },
};

/** Part of a text from `start` up to but not including `end`; a negative position counts from the end. */
function substring(text: string, start: string, end?: string): string {
  const from = position(start);
  const to = end === undefined ? text.length : position(end);
  return from === null || to === null ? "" : text.slice(from, to);
}

function position(text: string): number | null {
  return /^[+-]?\d+$/.test(text) ? Number(text) : null;
}
