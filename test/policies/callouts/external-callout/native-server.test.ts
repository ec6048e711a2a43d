import { expect, inject, test } from "vitest";
import { proxyFiles, serve, step, type TestFiles, type TestGateway } from "../../../exchange/gateway-kit.ts";

const { a, grpc, nobody } = inject("servers");

const policies = {
  EC: `<ExternalCallout name="EC">
    <TimeoutMs>5000</TimeoutMs>
    <GrpcConnection><Server name="greeter"/></GrpcConnection>
    <Configurations/>
  </ExternalCallout>`,
};

function serving(url: string, connect?: () => Response): Promise<TestGateway> {
  const { hostname, port, host } = new URL(url);
  const files: TestFiles = {
    ...proxyFiles("p", { policies, flows: `<PreFlow><Request>${step("EC")}</Request></PreFlow>` }),
    "environments/local/targetservers.json": JSON.stringify([
      { name: "greeter", host: hostname, port: Number(port), protocol: "GRPC" },
    ]),
  };
  const connections = new Map(connect && [[host, { fetch: async () => connect() }]]);
  return serve(files, { allow: [url], connections });
}

const named = (gateway: TestGateway) => gateway.log.filter(({ event }) => event === "grpc.native-server");

test("a native gRPC server without the bridge is named in the log, with the remedy, and the client gets the documented fault", async () => {
  const gateway = await serving(grpc);
  const response = await gateway.fetch("/p");
  expect(await response.text()).toContain("io.grpc.StatusRuntimeException: UNAVAILABLE: io exception");
  await gateway.settled();
  const { host } = new URL(grpc);
  expect(named(gateway)).toEqual([
    {
      level: "error",
      event: "grpc.native-server",
      by: "EC",
      proxy: "p",
      host,
      reason: `The target server greeter (${host}) speaks gRPC's own HTTP/2, which Workers cannot send`,
      remedy: `Run: sortie bridge --listen PORT --to ${host}, and give the target server the bridge's host and port.`,
    },
  ]);
});

test("it is named and asked once a minute", async () => {
  const gateway = await serving(grpc);
  for (let call = 0; call < 3; call++) {
    await gateway.fetch("/p");
    await gateway.settled();
  }
  expect(named(gateway)).toHaveLength(1);
});

test.each([
  [
    "its content type",
    () => new Response(null, { headers: { "content-type": "application/grpc", "grpc-status": "12" } }),
  ],
  [
    "its content type with a codec",
    () => new Response(null, { headers: { "content-type": "application/grpc+proto" } }),
  ],
  ["HTTP 415", () => new Response(null, { status: 415 })],
])("where HTTP/2 reaches it, it is known by %s", async (_name, answer) => {
  const gateway = await serving("http://grpc.example:9000", answer);
  await gateway.fetch("/p");
  await gateway.settled();
  expect(named(gateway)).toHaveLength(1);
});

test.each([
  ["a dead port", nobody],
  ["a server of another kind", a],
])("%s is not taken for one", async (_name, url) => {
  const gateway = await serving(url);
  await gateway.fetch("/p");
  await gateway.settled();
  expect(named(gateway)).toEqual([]);
});
