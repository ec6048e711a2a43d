import { positionOf, type Report } from "../documents/report.ts";
import type { PolicyTypes } from "../policies/index.ts";
import { readDescriptor } from "./descriptor.ts";
import { readProxyEndpoint, readTargetEndpoint } from "./endpoints.ts";
import { readSteps } from "./flows.ts";
import { sortIntoFolders } from "./folders.ts";
import { namedInSteps, reportUnknownIn } from "./lost-steps.ts";
import type { Bundle, SharedFlow } from "./model.ts";
import { ENDPOINT_NAME, POLICY_NAME } from "./names.ts";
import { readNamed } from "./read-named.ts";
import { readPolicies } from "./read-policies.ts";
import {
  checkBasePaths,
  checkRoutes,
  checkSteps,
  checkUnattached,
  runningSteps,
  usedTargets,
} from "./references.ts";
import { readPropertySets, readResources } from "./resources.ts";
import { type BundleFile, findBundle } from "./root.ts";

/** A bundle of which all is read but its policies: their types have to be loaded first. */
export interface OpenBundle {
  /** The root elements' names of its policies, whether there are such types or not. */
  readonly policyTypes: readonly string[];
  /** @param types those of {@link policyTypes} that there are */
  read(types: PolicyTypes): Bundle;
}

/**
 * A bundle's files by path, read into the model. Everything that is wrong is reported at once; a bundle is good
 * only if the report has not failed once its policies are read, too. Null when there is no bundle.
 *
 * Apigee: "API proxy configuration reference".
 */
export function openBundle(files: ReadonlyMap<string, Uint8Array>, report: Report): OpenBundle | null {
  const found = findBundle(files, report);
  if (found === null) return null;
  const folders = sortIntoFolders(found, report);
  const filesIn = (folder: string) => folders.get(folder) ?? [];

  const base = {
    ...readDescriptor(found.kind, filesIn(""), report),
    resources: readResources(filesIn("resources")),
    propertySets: readPropertySets(filesIn("resources"), report),
  };
  const { flows, isWhole, named } =
    found.kind === "apiproxy"
      ? readEndpoints(filesIn("proxies"), filesIn("targets"), report)
      : readSharedFlow(filesIn("sharedflows"), report);
  const attached = new Set(runningSteps(flows).map(({ policy }) => policy));
  // Where some of the steps could not be read, any policy may be used.
  const isUsed = (name: string) => !isWhole || attached.has(name);
  const policies = readNamed(filesIn("policies"), null, POLICY_NAME, report, isUsed);
  return {
    policyTypes: Array.from(policies.elements.values(), ({ name }) => name),
    read(types) {
      const read = readPolicies(policies.elements, types, isUsed, report);
      const bundle: Bundle = { ...base, ...flows, policies: read };
      checkSteps(bundle, policies.unread, report);
      if (isWhole) checkUnattached(bundle, policies.elements, named, report);
      return bundle;
    },
  };
}

function readEndpoints(
  proxyFiles: readonly BundleFile[],
  targetFiles: readonly BundleFile[],
  report: Report,
) {
  const proxies = readNamed(proxyFiles, "ProxyEndpoint", ENDPOINT_NAME, report);
  const proxyEndpoints = [...proxies.elements].map(([name, element]) =>
    readProxyEndpoint(element, name, report),
  );
  if (proxyFiles.length === 0) {
    const message = "The bundle has no ProxyEndpoint.";
    report.error("ProxyEndpointMissing", WHOLE_BUNDLE, message, "Add proxies/default.xml with one.");
  }
  const used = usedTargets(proxyEndpoints);
  const isUsed = (name: string) => proxies.unread.size > 0 || used.has(name);
  const targets = readNamed(targetFiles, "TargetEndpoint", ENDPOINT_NAME, report, isUsed);
  const targetEndpoints = new Map(
    [...targets.elements].map(([name, element]) => {
      const ownReport = isUsed(name) ? report : report.warnsOnly();
      return [name, readTargetEndpoint(element, name, ownReport)];
    }),
  );
  checkRoutes(proxyEndpoints, targetEndpoints, targets.unread, report);
  checkBasePaths(proxyEndpoints, report);
  return {
    flows: { kind: "apiproxy" as const, proxyEndpoints, targetEndpoints },
    named: namedInSteps([...proxies.elements.values(), ...targets.elements.values()]),
    // Whether the steps are all that there are.
    isWhole: proxyFiles.length > 0 && proxies.unread.size + targets.unread.size === 0,
  };
}

function readSharedFlow(files: readonly BundleFile[], report: Report) {
  const { elements, unread } = readNamed(files, "SharedFlow", ENDPOINT_NAME, report);
  const flows = [...elements].map(([name, element]): SharedFlow => {
    element.ignore("Description");
    const steps = readSteps(element, report);
    reportUnknownIn(element, report);
    return { name, steps, at: positionOf(element) };
  });
  const [first, second] = flows;
  if (first === undefined && files.length === 0) {
    const message = "The bundle has no SharedFlow.";
    report.error("SharedFlowMissing", WHOLE_BUNDLE, message, "Add sharedflows/default.xml with one.");
  }
  if (second !== undefined) {
    const message = `The bundle has more than one SharedFlow; the other one is in ${first?.at.file}.`;
    report.error("SharedFlowAmbiguous", second.at, message, "Keep one of them.");
  }
  // Of several, the steps of all are checked.
  const steps = flows.flatMap((flow) => flow.steps);
  const sharedFlow = { ...(first ?? { name: "", at: WHOLE_BUNDLE }), steps };
  return {
    flows: { kind: "sharedflow" as const, sharedFlow },
    named: namedInSteps(elements.values()),
    isWhole: files.length > 0 && unread.size === 0,
  };
}

const WHOLE_BUNDLE = { file: ".", line: 1, column: 1 };
