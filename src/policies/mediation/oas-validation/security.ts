import type { Parameter, Place } from "./parameters/compile-parameter.ts";
import type { Inputs } from "./parameters/inputs.ts";
import type { SpecNode } from "./spec-node.ts";

/** What an operation asks for to know its caller. */
export interface Security {
  /** Whether one of the ways to say who calls is there. */
  isThere(inputs: Inputs): boolean;
  /** The API keys that may be there, by their places. */
  readonly keys: readonly Pick<Parameter, "place" | "name">[];
}

/**
 * Compiles the security of an operation. API keys have to be there; what the other schemes ask for is for the policies
 * that verify it. Apigee: "OASValidation policy" (security scheme object); OpenAPI 3.0.3: "Security Requirement Object".
 */
export function compileSecurity(operation: SpecNode): Security {
  const { root } = operation.document;
  const schemes = root.field("components")?.field("securitySchemes");
  const requirements = (operation.field("security") ?? root.field("security"))?.items() ?? [];
  const alternatives = requirements.map((requirement) =>
    requirement.fields("keep").flatMap(([name, at]) => {
      const scheme = schemes?.field(name);
      if (!scheme) at.error(`There is no security scheme ${name}.`, "Add it to components/securitySchemes.");
      return (scheme && keyOf(scheme)) ?? [];
    }),
  );
  return {
    isThere: (inputs) =>
      alternatives.length === 0 || alternatives.some((keys) => keys.every((key) => isGiven(key, inputs))),
    keys: alternatives.flat(),
  };
}

interface Key {
  readonly place: Exclude<Place, "path">;
  readonly name: string;
}

function keyOf(scheme: SpecNode): Key | null {
  if (scheme.text("type") !== "apiKey") return null;
  const place = scheme.text("in");
  const name = scheme.text("name");
  if ((place === "header" || place === "query" || place === "cookie") && name !== null) {
    return { place, name: place === "header" ? name.toLowerCase() : name };
  }
  scheme.error("An API key needs a name, and in.", "Write its name, and header, query or cookie as in.");
  return null;
}

function isGiven({ place, name }: Key, inputs: Inputs): boolean {
  if (place === "header") return inputs.headers.has(name);
  return (place === "query" ? inputs.query : inputs.cookies).has(name);
}
