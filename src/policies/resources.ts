import type { XmlElement } from "../documents/element.ts";
import type { Position, Report } from "../documents/report.ts";

/** A file in the `resources/` of a bundle or of an environment. */
export interface ResourceFile {
  /** Where problems in it are reported. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** Resource files by type and name, as in `jsc/sign.js`. */
export type ResourceFiles = ReadonlyMap<string, ResourceFile>;

/** A resource as a policy names it. */
export interface ResourceReference {
  /** As written: `jsc://sign.js`. */
  readonly url: string;
  /** Its key among {@link ResourceFiles}. */
  readonly key: string;
  readonly at: Position;
  /** The documented name of the error when there is no such file. */
  readonly missing: string;
}

/** The resource files that a policy can use. Apigee: "Managing resources". */
export interface Resources {
  /**
   * The file that `refersTo` named, which has been found there: of the bundle, or else of the environment. Whoever
   * asks gets the same object, so that what is made of a file can be kept beside it, in a WeakMap.
   */
  file(reference: ResourceReference): ResourceFile;
  /** All files of a type by URL: of the bundle, and of the environment where the bundle has none of that name. */
  ofType(type: string): ReadonlyMap<string, ResourceFile>;
}

/** What resources an element may name, and the documented names of its errors where Apigee has others. */
export interface ResourceRules {
  /** The types of resource that will do, as in `["jsc"]`. */
  readonly types: readonly string[];
  /** What such a resource is, as in `JavaScript`. */
  readonly noun: string;
  /** What a right one looks like, as in `jsc://FILE.js`. */
  readonly example: string;
  readonly malformed?: string;
  readonly wrongType?: string;
  readonly missing?: string;
}

/**
 * The resource that an element such as ResourceURL names; null when it names none that will do.
 * Reports InvalidResourceUrlFormat and WrongResourceType, or what the rules call them. That the file is there is
 * checked when the policy names it in `refersTo` (NoResourceForURL).
 */
export function readResource(
  element: XmlElement,
  rules: ResourceRules,
  report: Report,
): ResourceReference | null {
  const { types, noun, example } = rules;
  const { malformed = "InvalidResourceUrlFormat", wrongType = "WrongResourceType" } = rules;
  const url = element.text();
  const [, type, file] = /^(\w+):\/\/(.+)$/.exec(url) ?? [];
  if (type === undefined) {
    report.error(malformed, element, `"${url}" is not the URL of a resource.`, `Write ${example}.`);
    return null;
  }
  if (!types.includes(type)) {
    const message = `"${url}" is no ${noun}: ${type}:// is for other policies.`;
    report.error(wrongType, element, message, `Write ${example}.`);
    return null;
  }
  return { url, key: `${type}/${file}`, at: element, missing: rules.missing ?? "NoResourceForURL" };
}
