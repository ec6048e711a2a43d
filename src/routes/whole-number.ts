import { FunctionError } from "../functions/error.ts";

/** The size or the token of a page in a query, from 1; null where there is none. Throws {@link FunctionError} (InvalidPage). */
export function wholeNumber(name: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  const message = `${name} has to be a whole number from 1 to ${most}.`;
  throw new FunctionError("InvalidPage", message, { message });
}
