import type { XmlElement } from "../xml/element.ts";
import { parseXml } from "../xml/parse.ts";
import { positionOf, type Report } from "../xml/report.ts";
import { readDescriptor } from "./descriptor.ts";
import { readProxyEndpoint, readTargetEndpoint } from "./endpoints.ts";
import { readSteps } from "./flows.ts";
import type { Bundle, Policy, ProxyEndpoint, SharedFlow, TargetEndpoint } from "./model.ts";
import { ENDPOINT_NAME, isDuplicateName, POLICY_NAME, readName } from "./names.ts";
import { checkBasePaths, checkRoutes, checkSteps } from "./references.ts";
import { readPropertySets, readResources } from "./resources.ts";
import { type BundleFile, findBundle } from "./root.ts";

/**
 * A bundle's files by path, read into the model. Everything that is wrong is reported at once; a bundle is good
 * only if the report has not failed. Null when nothing can be checked any further: there is no bundle, or a
 * shared flow bundle without its flow.
 *
 * Apigee: "API proxy configuration reference".
 */
export function readBundle(files: ReadonlyMap<string, Uint8Array>, report: Report): Bundle | null {
  const found = findBundle(files, report);
  if (found === null) return null;
  const folders = sortIntoFolders(
    found.files,
    found.kind === "apiproxy" ? PROXY_FOLDERS : FLOW_FOLDERS,
    report,
  );

  const base = {
    ...readDescriptor(found.kind, folders.get("") ?? [], report),
    policies: readPolicies(folders.get("policies") ?? [], report),
    resources: readResources(folders.get("resources") ?? []),
    propertySets: readPropertySets(folders.get("resources") ?? [], report),
  };
  let bundle: Bundle;
  if (found.kind === "apiproxy") {
    const endpoints = readEndpoints(folders.get("proxies") ?? [], folders.get("targets") ?? [], report);
    bundle = { kind: found.kind, ...base, ...endpoints };
  } else {
    const sharedFlow = readSharedFlow(folders.get("sharedflows") ?? [], report);
    if (sharedFlow === null) return null;
    bundle = { kind: found.kind, ...base, sharedFlow };
  }
  checkSteps(bundle, report);
  return bundle;
}

const PROXY_FOLDERS = ["proxies", "targets", "policies"];
const FLOW_FOLDERS = ["sharedflows", "policies"];

/** A bundle's files by folder: XML files at the root (folder "") and in `xmlFolders`, and all of `resources/TYPE/`. */
function sortIntoFolders(
  files: readonly BundleFile[],
  xmlFolders: readonly string[],
  report: Report,
): Map<string, BundleFile[]> {
  const folders = new Map<string, BundleFile[]>();
  for (const file of files) {
    const [folder = "", ...rest] = file.place.includes("/") ? file.place.split("/") : ["", file.place];
    // Written by Apigee's export; it repeats what the files say.
    if (folder === "manifests") continue;
    const isResource = folder === "resources" && rest.length > 1;
    const isXml =
      (folder === "" || xmlFolders.includes(folder)) && rest.length === 1 && /\.xml$/i.test(file.place);
    if (isResource || isXml) {
      const siblings = folders.get(folder);
      if (siblings === undefined) folders.set(folder, [file]);
      else siblings.push(file);
    } else {
      const at = { file: file.path, line: 1, column: 1 };
      report.warning("UnknownFile", at, "The file has no effect.", "Remove it, or move it where it belongs.");
    }
  }
  return folders;
}

function readPolicies(files: readonly BundleFile[], report: Report): Map<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const [name, element] of readNamed(files, null, POLICY_NAME, report)) {
    // `async` is deprecated; the rest is left behind by older editors. None of it has an effect.
    element.attribute("async");
    element.ignore("DisplayName", "Description", "Properties", "FaultRules");
    policies.set(name, { name, type: element.name, file: element.file, element });
  }
  return policies;
}

function readEndpoints(proxies: readonly BundleFile[], targets: readonly BundleFile[], report: Report) {
  const proxyEndpoints: ProxyEndpoint[] = [];
  for (const [name, element] of readNamed(proxies, "ProxyEndpoint", ENDPOINT_NAME, report)) {
    proxyEndpoints.push(readProxyEndpoint(element, name, report));
  }
  if (proxies.length === 0) {
    const message = "The bundle has no ProxyEndpoint.";
    report.error("ProxyEndpointMissing", WHOLE_BUNDLE, message, "Add proxies/default.xml with one.");
  }
  const targetElements = readNamed(targets, "TargetEndpoint", ENDPOINT_NAME, report);
  const targetEndpoints = new Map<string, TargetEndpoint>();
  for (const [name, element] of targetElements) {
    const endpoint = readTargetEndpoint(element, name, report);
    if (endpoint !== null) targetEndpoints.set(name, endpoint);
  }
  checkRoutes(proxyEndpoints, new Set(targetElements.keys()), report);
  checkBasePaths(proxyEndpoints, report);
  return { proxyEndpoints, targetEndpoints };
}

function readSharedFlow(files: readonly BundleFile[], report: Report): SharedFlow | null {
  const flows = readNamed(files, "SharedFlow", ENDPOINT_NAME, report);
  const [first, second] = flows;
  if (first === undefined) {
    const message = "The bundle has no SharedFlow.";
    report.error("SharedFlowMissing", WHOLE_BUNDLE, message, "Add sharedflows/default.xml with one.");
    return null;
  }
  const [name, element] = first;
  if (second !== undefined) {
    const message = "The bundle has more than one SharedFlow.";
    report.error("SharedFlowAmbiguous", second[1], message, "Keep one of them.");
  }
  element.ignore("Description");
  const steps = readSteps(element, report);
  element.reportUnknown(report);
  return { name, steps, at: positionOf(element) };
}

const WHOLE_BUNDLE = { file: ".", line: 1, column: 1 };

/**
 * The root elements of XML files by their `name`, the first when a name is taken twice. `tag` is the element that
 * they must be (WrongElement), or null for any.
 */
function readNamed(
  files: readonly BundleFile[],
  tag: string | null,
  rule: typeof POLICY_NAME,
  report: Report,
): Map<string, XmlElement> {
  const elements = new Map<string, XmlElement>();
  for (const file of files) {
    const element = parseXml(file.content, file.path, report);
    if (element === null) continue;
    if (tag !== null && element.name !== tag) {
      const message = `The file holds <${element.name}> where <${tag}> belongs.`;
      report.error("WrongElement", element, message, `Write a <${tag}>, or move the file where it belongs.`);
      continue;
    }
    const name = readName(element, rule, report);
    if (name !== null && !isDuplicateName(element, name, elements.get(name), report))
      elements.set(name, element);
  }
  return elements;
}
