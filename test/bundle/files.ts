import { expect } from "vitest";
import type { Bundle, ProxyBundle, SharedFlowBundle } from "../../src/bundle/model.ts";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { Report } from "../../src/documents/report.ts";

/** Files by path, from text. */
export function filesOf(texts: Record<string, string>): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  return new Map(Object.entries(texts).map(([path, text]) => [path, encoder.encode(text)]));
}

/** The files of a small proxy bundle without problems, some of them replaced or added. */
export function proxyFiles(texts: Record<string, string> = {}): Map<string, Uint8Array> {
  return filesOf({
    "apiproxy/orders.xml": '<APIProxy name="orders" revision="3"/>',
    "apiproxy/proxies/default.xml": proxyEndpoint(),
    "apiproxy/targets/default.xml":
      '<TargetEndpoint name="default"><HTTPTargetConnection><URL>https://example.com</URL></HTTPTargetConnection></TargetEndpoint>',
    ...texts,
  });
}

/** A ProxyEndpoint with a base path, a route to the target `default`, and something more on lines from 2 on. */
export function proxyEndpoint(more = "", basePath = "/orders"): string {
  return `<ProxyEndpoint name="default"><HTTPProxyConnection><BasePath>${basePath}</BasePath></HTTPProxyConnection><RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>
${more}</ProxyEndpoint>`;
}

/** A policy file, by a name that is also its file's. */
export function policy(name: string): Record<string, string> {
  return { [`apiproxy/policies/${name}.xml`]: `<AssignMessage name="${name}"/>` };
}

/** What reading gives: the bundle, and its problems as `code file:line:column` without the root folder. */
export function read(files: ReadonlyMap<string, Uint8Array>): { bundle: Bundle | null; problems: string[] } {
  const report = new Report();
  const bundle = readBundle(files, report);
  const problems = report.problems.map(
    ({ severity, code, file, line, column }) =>
      `${severity} ${code} ${file.replace(/^(?:apiproxy|sharedflowbundle)\//, "")}:${line}:${column}`,
  );
  return { bundle, problems };
}

/** The problems of a proxy bundle with these files. */
export function problemsOf(texts: Record<string, string>): string[] {
  return read(proxyFiles(texts)).problems;
}

/** A proxy bundle that must be without problems. */
export function readProxy(texts: Record<string, string> = {}): ProxyBundle {
  const { bundle, problems } = read(proxyFiles(texts));
  expect(problems).toEqual([]);
  if (bundle?.kind !== "apiproxy") throw new Error("not a proxy bundle");
  return bundle;
}

/** A shared flow bundle that must be without problems. */
export function readFlow(texts: Record<string, string>): SharedFlowBundle {
  const { bundle, problems } = read(filesOf(texts));
  expect(problems).toEqual([]);
  if (bundle?.kind !== "sharedflow") throw new Error("not a shared flow bundle");
  return bundle;
}
