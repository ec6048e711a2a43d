import { Report } from "../../../documents/report.ts";
import type { SpecificationReader } from "../../../documents/specification-reader.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ResourceFile } from "../../resources.ts";
import type { Aspects } from "./operation.ts";
import type { OasConfig } from "./read.ts";
import { compileSpecification, type Specification } from "./specification.ts";

/** A specification by the URL of its resource; null when there is none of that URL. */
export type ChosenSpecification = (flow: FlowContext) => {
  readonly url: string;
  readonly specification: Specification | null;
};

type Context = PolicyContext<"resources" | "specifications">;

/** What was made of a file, by the aspects: several policies may use it, and a bundle is compiled for each proxy. */
const known = new WeakMap<ResourceFile, Map<string, Specification>>();

/** Compiles what a policy may use. Reports ResourceCompileFailed, and ResourceDoesNotExist when it has no choice. */
export function checkSpecifications(config: OasConfig, context: Context, report: Report): void {
  const files = filesOf(config, context);
  if (files.size === 0 && config.resource) {
    report.error(
      "ResourceDoesNotExist",
      config.resource.at,
      "There is no resource of the type oas that the template could name.",
      "Add the specifications to resources/oas/.",
    );
  }
  for (const file of files.values()) readOnce(file, config.aspects, context.specifications, report);
}

/** The specifications of a policy that was found valid. */
export function chooseSpecification(config: OasConfig, context: Context): ChosenSpecification {
  const { resource, aspects } = config;
  const all = new Map(
    [...filesOf(config, context)].map(([url, file]) => [
      url,
      readOnce(file, aspects, context.specifications, new Report()),
    ]),
  );
  if (resource && "template" in resource) {
    const render = context.template(resource.template);
    return (flow) => {
      const url = render(flow);
      return { url, specification: all.get(url) ?? null };
    };
  }
  const url = resource?.url ?? "";
  const chosen = { url, specification: all.get(url) ?? null };
  return () => chosen;
}

/** Whether a body has to be there in one of them. */
export function requiresBodies(config: OasConfig, context: Context): boolean {
  return [...filesOf(config, context).values()].some(
    (file) => known.get(file)?.get(keyOf(config.aspects))?.requiresBodies ?? true,
  );
}

function filesOf({ resource }: OasConfig, { resources }: Context): ReadonlyMap<string, ResourceFile> {
  if (!resource) return new Map();
  return "template" in resource
    ? resources.ofType("oas")
    : new Map([[resource.url, resources.file(resource)] as const]);
}

function readOnce(
  file: ResourceFile,
  aspects: Aspects,
  reader: SpecificationReader,
  report: Report,
): Specification | null {
  const key = keyOf(aspects);
  const found = known.get(file)?.get(key);
  if (found) return found;
  const before = report.errorCount;
  const read = reader.read(file, report);
  const specification = read && compileSpecification(read, aspects, report);
  if (!specification || report.errorCount > before) return null;
  const made = known.get(file) ?? new Map<string, Specification>();
  known.set(file, made.set(key, specification));
  return specification;
}

function keyOf({ requests, responses, bodies }: Aspects): string {
  return [requests, responses, bodies].join();
}
