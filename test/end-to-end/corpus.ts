import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { RunningInProcess } from "../cli/in-process.ts";
import { below, folderWith } from "../cli/sortie.ts";

/** A folder of bundles that other people published, one folder for each; undefined when there is none. */
export const corpus = process.env.SORTIE_CORPUS;

/** The folder of a published bundle. */
export function published(name: string): string {
  return join(corpus ?? "", name);
}

/** The names of the bundles that are there. */
export function publishedNames(): string[] {
  const entries = corpus === undefined ? [] : readdirSync(corpus, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** The texts of a bundle's files by their path in it, such as `apiproxy/proxies/default.xml`. */
export function publishedFiles(name: string): Record<string, string> {
  const folder = published(name);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path).replaceAll("\\", "/"), readFileSync(path, "utf8")]),
  );
}

/** Serves bundles for the tests of a suite, at the address that the result holds from then on. */
export function serving(paths: readonly string[], options: () => readonly string[]): { url: string } {
  const at = { url: "" };
  let dev: RunningInProcess;
  beforeAll(async () => {
    dev = new RunningInProcess(["dev", ...paths, "--port", "0", ...options()]);
    at.url = await dev.ready();
  });
  afterAll(() => dev?.stop());
  return at;
}

/** The error code of a fault's body. */
export function errorCode(text: string): string {
  return JSON.parse(text).fault.detail.errorcode;
}

/**
 * A proxy `/caller` with the target `primary.example.com`, which sets variables and calls a shared flow: for
 * a request with the header `after` when the client has its answer, otherwise before the target.
 */
export function callerOf(sharedFlow: string, variables: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(variables).map(
    ([name, value]) => `<AssignVariable><Name>${name}</Name><Template>${value}</Template></AssignVariable>`,
  );
  const files = {
    "caller.xml": '<APIProxy name="caller" revision="7"/>',
    "policies/AM-Settings.xml": `<AssignMessage name="AM-Settings">${assignments.join("")}</AssignMessage>`,
    "policies/FC-Shared.xml": `<FlowCallout name="FC-Shared"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`,
    "proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow><Request>
        <Step><Name>AM-Settings</Name></Step>
        <Step><Name>FC-Shared</Name><Condition>request.header.after = null</Condition></Step>
      </Request></PreFlow>
      <PostClientFlow><Response>
        <Step><Name>FC-Shared</Name><Condition>request.header.after != null</Condition></Step>
      </Response></PostClientFlow>
      <HTTPProxyConnection><BasePath>/caller</BasePath></HTTPProxyConnection>
      <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>
    </ProxyEndpoint>`,
    "targets/default.xml": `<TargetEndpoint name="default">
      <HTTPTargetConnection><URL>https://primary.example.com</URL></HTTPTargetConnection>
    </TargetEndpoint>`,
  };
  return folderWith(below("apiproxy", files));
}
