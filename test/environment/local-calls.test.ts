import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkLocalCalls } from "../../src/environment/local-calls.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy } from "./deployed.ts";

/** What is said of a target endpoint that calls another proxy, beside a proxy `b` with the endpoint `default`. */
function problemsOf(connection: string): string[] {
  const report = new Report();
  const files = {
    ...plainProxy("a"),
    ...plainProxy("b"),
    "apiproxies/a/apiproxy/targets/local.xml": `<TargetEndpoint name="local">
      <LocalTargetConnection>
        ${connection}
      </LocalTargetConnection></TargetEndpoint>`,
  };
  checkLocalCalls(readEnvironment(filesOf(files), "test", report), report);
  return report.problems.map(({ severity, code, file, line, message }) =>
    [severity, code, `${file}:${line}`, message].join(" "),
  );
}

test.each([
  ["a proxy that is deployed", "<APIProxy>b</APIProxy>"],
  ["a proxy and an endpoint of it", "<APIProxy>b</APIProxy><ProxyEndpoint>default</ProxyEndpoint>"],
  ["a proxy that only a request will name", "<APIProxy>{flow.proxy}</APIProxy>"],
  ["an endpoint that only a request will name", "<APIProxy>b</APIProxy><ProxyEndpoint>{e}</ProxyEndpoint>"],
  ["a path", "<Path>/anywhere</Path>"],
])("%s is nothing to warn about", (_, connection) => {
  expect(problemsOf(connection)).toEqual([]);
});

const place = "apiproxies/a/apiproxy/targets/local.xml:3";

test("a proxy that is not deployed is warned about where it is named", () => {
  expect(problemsOf("<APIProxy>c</APIProxy>")).toEqual([
    `warning ProxyNotFound ${place} The proxy c is not deployed to test; calling it fails.`,
  ]);
});

test("so is an endpoint that its proxy does not have", () => {
  expect(problemsOf("<APIProxy>b</APIProxy><ProxyEndpoint>admin</ProxyEndpoint>")).toEqual([
    `warning ProxyNotFound ${place} The proxy b has no proxy endpoint admin; calling it fails.`,
  ]);
});
