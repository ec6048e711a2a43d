import { describe, expect, inject, test } from "vitest";
import { ManualClock } from "../egress/clock.ts";
import { proxyFiles, serve, sharedFlowFiles, step } from "./gateway-kit.ts";

const { a, b, nobody } = inject("servers");

const callout = (name: string, url: string, inside = "<Response>answer</Response>") => ({
  [name]: `<ServiceCallout name="${name}">${inside}<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection></ServiceCallout>`,
});
const flow = (...steps: string[]) =>
  `<PreFlow><Request>${steps.map((name) => step(name)).join("")}</Request></PreFlow>`;
const target = (inside: string) => `<HTTPTargetConnection>${inside}</HTTPTargetConnection>`;

/** What is recorded of one request, in short. */
async function recordedOf(files: Record<string, string>) {
  const gateway = await serve(files, { allow: [a, b, nobody] });
  await gateway.fetch("/p?key=s3cret", { headers: { authorization: "Bearer s3cret" } });
  await gateway.settled();
  expect(JSON.stringify(gateway.records)).not.toContain("s3cret");
  return gateway.records;
}

const by = (kind: string, name: string) => ({
  metadata: {
    network_type: "direct",
    environment: "local",
    kind,
    name,
    proxy: "p",
    source: null,
    user: null,
  },
});

describe("a record says who called", () => {
  test("the policy and the target endpoint, with the proxy that they are in", async () => {
    const records = await recordedOf(
      proxyFiles("p", {
        flows: flow("SC-A"),
        policies: callout("SC-A", `${a}/echo`),
        target: target(`<URL>${b}/status/404</URL>`),
      }),
    );
    expect(records).toMatchObject([
      { ...by("policy", "SC-A"), status: 200, destination_port: Number(new URL(a).port) },
      { ...by("target", "default"), status: 404, destination_port: Number(new URL(b).port) },
    ]);
  });

  test("the policy of a shared flow, with the proxy that runs it", async () => {
    const records = await recordedOf({
      ...proxyFiles("p", {
        flows: flow("FC"),
        policies: { FC: `<FlowCallout name="FC"><SharedFlowBundle>shared</SharedFlowBundle></FlowCallout>` },
      }),
      ...sharedFlowFiles("shared", step("SC-Shared"), callout("SC-Shared", `${a}/echo`)),
    });
    expect(records).toMatchObject([by("policy", "SC-Shared")]);
  });

  test("the policy that sends gRPC", async () => {
    const { hostname, port } = new URL(nobody);
    const records = await recordedOf({
      ...proxyFiles("p", {
        flows: flow("EC"),
        policies: {
          EC: `<ExternalCallout name="EC"><TimeoutMs>5000</TimeoutMs><GrpcConnection><Server name="grpc"/></GrpcConnection></ExternalCallout>`,
        },
      }),
      "environments/local/targetservers.json": JSON.stringify([
        { name: "grpc", host: hostname, port: Number(port), protocol: "GRPC" },
      ]),
    });
    expect(records).toMatchObject([{ ...by("policy", "EC"), method: "POST", error: "unreachable" }]);
  });
});

describe("each attempt is recorded", () => {
  test("of a load balancer, with the server that it went to", async () => {
    const server = (name: string, url: string) => ({
      name,
      host: new URL(url).hostname,
      port: new URL(url).port,
    });
    const records = await recordedOf({
      ...proxyFiles("p", {
        target: target(
          `<LoadBalancer><RetryEnabled>true</RetryEnabled><Server name="down"/><Server name="up"/></LoadBalancer><Path>/status/200</Path>`,
        ),
      }),
      "environments/local/targetservers.json": JSON.stringify([server("down", nobody), server("up", a)]),
    });
    expect(records).toMatchObject([
      { error: "unreachable", response_flags: "failed", destination_port: Number(new URL(nobody).port) },
      { status: 200, response_flags: "success", destination_port: Number(new URL(a).port) },
    ]);
  });

  test("that the egress policy refuses", async () => {
    const gateway = await serve(
      proxyFiles("p", { target: target("<URL>http://{request.header.to}/</URL>") }),
    );
    await gateway.fetch("/p", { headers: { to: "stranger.example" } });
    expect(gateway.records).toMatchObject([
      { status: null, error: "refused", response_flags: "failed", destination_host: "stranger.example" },
    ]);
  });

  test("that a callout has given up", async () => {
    const clock = new ManualClock();
    const gateway = await serve(
      proxyFiles("p", {
        flows: flow("SC-A"),
        policies: callout(
          "SC-A",
          `${a}/hold/audit-callout`,
          "<Response>answer</Response><Timeout>50</Timeout>",
        ),
      }),
      { allow: [a], clock },
    );
    const answer = gateway.fetch("/p");
    await fetch(`${a}/arrived/audit-callout`);
    clock.pass(50);
    expect((await answer).status).toBe(500);
    await gateway.settled();
    expect(gateway.records).toMatchObject([{ error: "timeout", response_flags: "success" }]);
    await fetch(`${a}/release/audit-callout`);
  });

  test("of a callout that the flow does not wait for", async () => {
    const records = await recordedOf(
      proxyFiles("p", { flows: flow("SC-A"), policies: callout("SC-A", `${a}/status/202`, "") }),
    );
    expect(records).toMatchObject([{ status: 202 }]);
  });
});

test("nothing is recorded where audit.json says none", async () => {
  const records = await recordedOf({
    ...proxyFiles("p", { target: target(`<URL>${a}/echo</URL>`) }),
    "environments/local/audit.json": '{ "destination": "none" }',
  });
  expect(records).toEqual([]);
});
