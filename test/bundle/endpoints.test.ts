import { describe, expect, test } from "vitest";
import { problemsOf, proxyEndpoint, readProxy } from "./files.ts";

const target = (content: string) => ({
  "apiproxy/targets/default.xml": `<TargetEndpoint name="default">\n${content}</TargetEndpoint>`,
});

test("a proxy endpoint has a name, a description and properties", () => {
  const [endpoint] = readProxy({
    "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default"><Description>Orders</Description>
      <HTTPProxyConnection><BasePath>/orders</BasePath><VirtualHost>secure</VirtualHost>
        <Properties><Property name="api.timeout"> 5000 </Property></Properties></HTTPProxyConnection>
      <RouteRule name="none"/></ProxyEndpoint>`,
  }).proxyEndpoints;
  expect(endpoint).toMatchObject({ name: "default", description: "Orders", basePath: "/orders" });
  expect(endpoint?.properties.apiTimeoutMs).toBe(5000);
  expect(endpoint?.at).toEqual({ file: "apiproxy/proxies/default.xml", line: 1, column: 1 });
});

describe("a target endpoint has one connection", () => {
  test.each([
    [
      "<HTTPTargetConnection><URL>https://example.com</URL></HTTPTargetConnection>",
      { kind: "http", http: { url: "https://example.com" } },
    ],
    [
      "<LocalTargetConnection><Path>/other</Path></LocalTargetConnection>",
      { kind: "local", local: { path: "/other" } },
    ],
  ])("%s", (content, connection) => {
    const bundle = readProxy(target(content));
    expect(bundle.targetEndpoints.get("default")?.connection).toMatchObject(connection);
  });

  test.each([
    ["none", "<PreFlow/>", "error TargetConnectionMissing targets/default.xml:1:1"],
    [
      "two",
      "<LocalTargetConnection/>\n<HTTPTargetConnection><URL>http://a</URL></HTTPTargetConnection>",
      "error TargetConnectionAmbiguous targets/default.xml:2:1",
    ],
    ["a script", "<ScriptTarget/>", "error UnsupportedElement targets/default.xml:2:1"],
    ["a hosted target", "<HostedTarget/>", "error UnsupportedElement targets/default.xml:2:1"],
  ])("%s is refused", (_, content, problem) => {
    expect(problemsOf(target(content))).toEqual([problem]);
  });
});

describe.each(["targets/default.xml", "proxies/default.xml"])("an EventFlow in %s", (file) => {
  const withFlow = (steps: string) => {
    const flow = `<EventFlow content-type="text/event-stream"><Response>${steps}</Response></EventFlow>`;
    return problemsOf(
      file.startsWith("targets")
        ? target(`${flow}<HTTPTargetConnection><URL>http://a</URL></HTTPTargetConnection>`)
        : { [`apiproxy/${file}`]: proxyEndpoint(flow) },
    );
  };

  test("is refused, because its steps would not run", () => {
    expect(withFlow("<Step><Name>AM-1</Name></Step>")).toEqual([`error UnsupportedElement ${file}:2:1`]);
  });

  test("is nothing without steps: event streams pass through", () => {
    expect(withFlow("")).toEqual([]);
  });
});

test("elements and attributes that are not known are warned about, wherever they are", () => {
  expect(
    problemsOf({
      "apiproxy/proxies/default.xml": proxyEndpoint(
        '<PreFlow><Request><Stepp/></Request></PreFlow>\n<Flow/>\n<Flows x="1"/>',
      ),
      ...target("<HTTPTargetConnection><URL>http://a</URL></HTTPTargetConnection>\n<SSLInfo/>"),
    }),
  ).toEqual([
    "warning UnknownElement proxies/default.xml:2:19",
    "warning UnknownElement proxies/default.xml:3:1",
    "warning UnknownAttribute proxies/default.xml:4:10",
    "warning UnknownElement targets/default.xml:3:1",
  ]);
});
