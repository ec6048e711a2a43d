import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { RunningInProcess } from "../cli/in-process.ts";
import { below, folderWith, RunningSortie } from "../cli/sortie.ts";
import { needsCorpus } from "../needs.ts";
import {
  type Answer,
  type Context,
  type NativeServer,
  startNativeServer,
} from "../servers/native-callout.ts";

/** A folder of bundles that other people published, one folder for each. */
const corpus = process.env.SORTIE_CORPUS;

const asked: Context[] = [];
let answer: Answer = (context) => context;
let native: NativeServer;
let bridge: RunningSortie;
let bridgeAddress: string;

beforeAll(async () => {
  native = await startNativeServer((...call) => {
    asked.push(call[0]);
    return answer(...call);
  });
  bridge = new RunningSortie(["bridge", "--listen", "127.0.0.1:0", "--to", native.address]);
  await bridge.prints(/Ctrl\+C stops/);
  bridgeAddress = /on http:\/\/(\S+)/.exec(bridge.output)?.[1] ?? "";
});

afterEach(() => {
  asked.length = 0;
  answer = (context) => context;
});

afterAll(async () => {
  await bridge.stop();
  native.stop();
});

/** Serves paths with a target server that is the bridge. */
async function serving(targetServer: string, path: string): Promise<{ dev: RunningInProcess; url: string }> {
  const dev = new RunningInProcess([
    "dev",
    path,
    "--port",
    "0",
    "--target-server",
    `${targetServer}=grpc://${bridgeAddress}`,
  ]);
  return { dev, url: await dev.ready() };
}

const calloutFiles = below("things/apiproxy", {
  "things.xml": '<APIProxy name="things" revision="7"/>',
  "proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow name="PreFlow">
      <Description>first</Description>
      <Request><Step><Name>Set</Name></Step><Step><Name>EC</Name></Step></Request>
      <Response><Step><Name>Show</Name></Step></Response>
    </PreFlow>
    <HTTPProxyConnection><BasePath>/things</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/>
  </ProxyEndpoint>`,
  "policies/Set.xml":
    '<AssignMessage name="Set"><AssignVariable><Name>in.text</Name><Value>größer</Value></AssignVariable></AssignMessage>',
  "policies/EC.xml": `<ExternalCallout name="EC">
    <TimeoutMs>5000</TimeoutMs>
    <GrpcConnection><Server name="callout"/></GrpcConnection>
    <Configurations>
      <Property name="with.request.content">true</Property>
      <Property name="with.request.headers">true</Property>
      <FlowVariable>in</FlowVariable>
    </Configurations>
  </ExternalCallout>`,
  "policies/Show.xml": `<AssignMessage name="Show"><Set>
    <Headers><Header name="X-Seen">{request.header.x-added.values.string}</Header></Headers>
    <Payload>{out.int} {out.long} {out.double} {out.flag} {out.text} {request.content}</Payload>
  </Set></AssignMessage>`,
});

describe("a proxy in workerd, the bridge and a native gRPC server", () => {
  let dev: RunningInProcess;
  let url: string;

  beforeAll(async () => {
    ({ dev, url } = await serving("callout", join(folderWith(calloutFiles), "things")));
  });
  afterAll(() => dev.stop());

  test("work together, with everything that the server sees and everything that it changes", async () => {
    answer = () => ({
      request: { content: "changed", headers: { "x-added": { strings: ["1", "2"] } } },
      additional_flow_variables: {
        "out.int": { int32: -7 },
        "out.long": { int64: "9007199254740993" },
        "out.double": { double: 3 },
        "out.flag": { bool: true },
        "out.text": { string: "kürzer" },
      },
    });
    const response = await fetch(`${url}/things/x?q=1&q=2`, {
      method: "POST",
      body: "a=1",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-list": "a, b" },
    });
    expect(await response.text()).toBe("-7 9007199254740993 3.0 true kürzer changed");
    expect(response.headers.get("x-seen")).toBe("1, 2");
    const [context] = asked;
    expect(context).toMatchObject({
      request: {
        uri: "/things/x?q=1&q=2",
        verb: "POST",
        http_version: "1.1",
        content: "a=1",
        headers: { "x-list": { strings: ["a", "b"] } },
        query_params: { q: { strings: ["1", "2"] } },
        form_params: { a: { strings: ["1"] } },
      },
      api_proxy: { name: "things", revision: "7" },
      organization_name: "local",
      environment_name: "local",
      current_flow: { name: "PreFlow", description: "first" },
      proxy: { endpoint_name: "default", base_path: "/things", path_suffix: "/x" },
      client: { scheme: "http" },
      additional_flow_variables: { "in.text": { string: "größer" } },
    });
    expect(Object.keys(context ?? {})).not.toContain("response");
  });

  test.each([
    ["an error", { code: status.PERMISSION_DENIED, details: "no entry" }, "PERMISSION_DENIED: no entry"],
    ["an error without text", { code: status.NOT_FOUND, details: "" }, "NOT_FOUND"],
  ])("%s of the server is the documented fault", async (_name, thrown, text) => {
    answer = () => {
      throw thrown;
    };
    const response = await fetch(`${url}/things`);
    expect([response.status, await response.json()]).toEqual([
      500,
      {
        fault: {
          faultstring: `Encountered the following exception while sending the gRPC request or processing the response: [io.grpc.StatusRuntimeException: ${text}].`,
          detail: { errorcode: "steps.externalcallout.ExecutionError" },
        },
      },
    ]);
  });
});

test("a native gRPC server without the bridge is named by sortie dev, with the command that helps", async () => {
  const dev = new RunningInProcess([
    "dev",
    join(folderWith(calloutFiles), "things"),
    "--port",
    "0",
    "--target-server",
    `callout=grpc://${native.address}`,
  ]);
  try {
    const response = await fetch(`${await dev.ready()}/things`);
    expect(await response.text()).toContain("UNAVAILABLE: io exception");
    await dev.prints(/\[failed\] EC: .* the bridge's host and port\./);
    expect(dev.output).toContain(
      `[failed] EC: The target server callout (${native.address}) speaks gRPC's own HTTP/2, which Workers cannot send. Run: sortie bridge --listen PORT --to ${native.address}, and`,
    );
  } finally {
    await dev.stop();
  }
});

describe("published bundles with an ExternalCallout", needsCorpus, () => {
  test("one that asks who may do what lets in whom the server allows", async () => {
    answer = ({ additional_flow_variables: given, ...context }) => ({
      ...context,
      additional_flow_variables: {
        ...given,
        "accesscontrol.result": {
          string: given["accesscontrol.subject"].string === "alice" ? "ALLOW" : "DENY",
        },
      },
    });
    const { dev, url } = await serving(
      "example-access-control-server",
      join(corpus ?? "", "dinochiesa--apigee-external-authorization-2"),
    );
    try {
      const get = (subject: string) =>
        fetch(`${url}/ec-access-control/t1`, { headers: { "access-control": subject } });
      const allowed = await get("alice");
      expect([allowed.status, await allowed.json()]).toEqual([200, { msg: "hello" }]);
      expect((await get("mallory")).status).toBe(403);
      expect(asked[0]?.additional_flow_variables).toEqual({
        "accesscontrol.subject": { string: "alice" },
        "accesscontrol.action": { string: "GET" },
        "accesscontrol.resource": { string: "/ec-access-control/t1" },
        "accesscontrol.uri": { string: "/ec-access-control/t1" },
      });
    } finally {
      await dev.stop();
    }
  });

  test("one that changes the response sends what the server made of it", async () => {
    answer = (context) => ({
      ...context,
      response: { content: "from the server", headers: { "x-added": { strings: ["1"] } } },
    });
    const { dev, url } = await serving(
      "grpc-java-sample-server",
      join(corpus ?? "", "markjkelly--external-callout"),
    );
    try {
      const response = await fetch(`${url}/v1/samples/external-callout`);
      expect([response.status, await response.text()]).toEqual([200, "from the server"]);
      expect(response.headers.get("x-added")).toBe("1");
      expect(asked[0]?.response).toMatchObject({ status_code: 200 });
    } finally {
      await dev.stop();
    }
  });
});
