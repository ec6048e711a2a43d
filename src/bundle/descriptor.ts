import type { XmlElement } from "../documents/element.ts";
import { parseXml } from "../documents/parse.ts";
import type { Report } from "../documents/report.ts";
import { reportUnknownFile } from "./folders.ts";
import { BUNDLE_NAME, readName } from "./names.ts";
import { stemOf } from "./read-named.ts";
import type { BundleFile, BundleFiles } from "./root.ts";

/** What a bundle says about itself. */
export interface Descriptor {
  readonly name: string;
  readonly revision: string;
  readonly description: string;
}

const ROOT_ELEMENTS = { apiproxy: "APIProxy", sharedflow: "SharedFlowBundle" } as const;

/** Where files belong whose root is one of these elements; any other is probably a policy. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ["ProxyEndpoint", "proxies"],
  ["TargetEndpoint", "targets"],
  ["SharedFlow", "sharedflows"],
]);

/**
 * The `NAME.xml` at the bundle's root. Its lists of policies, endpoints and resources have no effect: the files
 * in the folders count. Problems: DescriptorMissing, DescriptorAmbiguous, UnknownFile.
 * Apigee: "API proxy configuration reference" (APIProxy).
 */
export function readDescriptor(
  kind: BundleFiles["kind"],
  files: readonly BundleFile[],
  report: Report,
): Descriptor {
  const tag = ROOT_ELEMENTS[kind];
  const descriptors: XmlElement[] = [];
  // What cannot be read is reported, and may be the descriptor.
  let unread: string | null = null;
  for (const file of files) {
    const element = parseXml(file.content, file.path, report);
    if (element === null) unread ??= stemOf(file.place);
    else if (element.name === tag) descriptors.push(element);
    else reportMisplaced(file, element, report);
  }
  const [descriptor, second] = descriptors;
  if (descriptor === undefined) {
    if (unread === null) reportMissing(tag, report);
    return { name: unread ?? "", revision: "1", description: "" };
  }
  if (second !== undefined) {
    report.error(
      "DescriptorAmbiguous",
      second,
      `The bundle's root has more than one file with <${tag}>; the other one is ${descriptor.file}.`,
      "Keep one of them.",
    );
  }
  return {
    name: readName(descriptor, BUNDLE_NAME, report) ?? "",
    revision: descriptor.attribute("revision")?.trim() || "1",
    description: descriptor.child("Description")?.text() ?? "",
  };
}

function reportMissing(tag: string, report: Report): void {
  report.error(
    "DescriptorMissing",
    { file: ".", line: 1, column: 1 },
    `The bundle's root has no XML file with a <${tag}> element.`,
    `Add NAME.xml with <${tag} name="NAME" revision="1"/> in it.`,
  );
}

function reportMisplaced({ path, place }: BundleFile, { name }: XmlElement, report: Report): void {
  const folder = FOLDERS.get(name) ?? "policies";
  reportUnknownFile(
    path,
    `It holds <${name}>: move it to ${folder}/${place} if it belongs to the bundle. Otherwise remove it.`,
    report,
  );
}
