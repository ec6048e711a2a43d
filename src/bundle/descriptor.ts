import type { XmlElement } from "../xml/element.ts";
import { parseXml } from "../xml/parse.ts";
import type { Report } from "../xml/report.ts";
import { BUNDLE_NAME, readName } from "./names.ts";
import type { BundleFile, BundleFiles } from "./root.ts";

/** What a bundle says about itself. */
export interface Descriptor {
  readonly name: string;
  readonly revision: string;
  readonly description: string;
}

const ROOT_ELEMENTS = { apiproxy: "APIProxy", sharedflow: "SharedFlowBundle" } as const;

/**
 * The `NAME.xml` at the bundle's root. Its lists of policies, endpoints and resources have no effect: the files
 * in the folders count. Problems: DescriptorMissing, DescriptorAmbiguous.
 * Apigee: "API proxy configuration reference" (APIProxy).
 */
export function readDescriptor(
  kind: BundleFiles["kind"],
  files: readonly BundleFile[],
  report: Report,
): Descriptor {
  const tag = ROOT_ELEMENTS[kind];
  const descriptors = files
    .map((file) => parseXml(file.content, file.path, report))
    .filter((element): element is XmlElement => element?.name === tag);
  const [descriptor, second] = descriptors;
  if (descriptor === undefined) {
    report.error(
      "DescriptorMissing",
      { file: ".", line: 1, column: 1 },
      `The bundle's root has no XML file with a <${tag}> element.`,
      `Add NAME.xml with <${tag} name="NAME" revision="1"/> in it.`,
    );
    return { name: "", revision: "1", description: "" };
  }
  if (second !== undefined) {
    report.error(
      "DescriptorAmbiguous",
      second,
      `The bundle's root has more than one file with a <${tag}> element.`,
      "Keep one of them.",
    );
  }
  return {
    name: readName(descriptor, BUNDLE_NAME, report) ?? "",
    revision: descriptor.attribute("revision")?.trim() || "1",
    description: descriptor.child("Description")?.text() ?? "",
  };
}
