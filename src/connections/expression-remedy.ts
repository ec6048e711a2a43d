import { nearestNames } from "../documents/nearest.ts";
import type { ExpressionError } from "../expression/value.ts";

/**
 * What to write instead of an expression that cannot be compiled: the name that was probably meant, or what the
 * error says.
 * @param otherwise where it says nothing
 */
export function remedyFor({ misspelt, remedy }: ExpressionError, otherwise: string): string {
  const meant = misspelt ? nearestNames(misspelt.name, misspelt.known) : [];
  return meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : (remedy ?? otherwise);
}
