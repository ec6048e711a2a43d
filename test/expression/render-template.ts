import { compileTemplate, type TemplateOptions } from "../../src/expression/template.ts";
import type { Value } from "../../src/expression/value.ts";

/** Compiles a template and renders it over the given variables. */
export function render(
  template: string,
  values: Readonly<Record<string, Value>> = {},
  options?: TemplateOptions,
): string {
  const scope = new Map(Object.entries(values));
  return compileTemplate<typeof scope>(
    template,
    (name) => (variables) => variables.get(name) ?? null,
    options,
  ).render(scope);
}

/** For {@link TemplateOptions.unresolved}: every variable must be set. */
export function strict(name: string): string {
  throw new Error(`unresolved ${name}`);
}
