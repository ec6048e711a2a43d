import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { get, RunningSortie } from "../cli/sortie.ts";
import { needsCorpus } from "../needs.ts";
import {
  type Answer,
  type Context,
  type NativeServer,
  startNativeServer,
} from "../servers/native-callout.ts";
import { errorCode, published, serving } from "./corpus.ts";

describe("bundles with an ExternalCallout, through the bridge", needsCorpus, () => {
  const asked: Context[] = [];
  let answer: Answer = (context) => context;
  let native: NativeServer;
  let bridge: RunningSortie;

  beforeAll(async () => {
    native = await startNativeServer((...call) => {
      asked.push(call[0]);
      return answer(...call);
    });
    bridge = new RunningSortie(["bridge", "--listen", "127.0.0.1:0", "--to", native.address]);
    await bridge.prints(/Ctrl\+C stops/);
  });
  afterEach(() => {
    asked.length = 0;
    answer = (context) => context;
  });
  afterAll(async () => {
    await bridge?.stop();
    native?.stop();
  });

  function targetServer(name: string): string[] {
    const address = /on http:\/\/(\S+)/.exec(bridge.output)?.[1];
    return ["--target-server", `${name}=grpc://${address}`];
  }

  describe("ec-access-control", () => {
    const at = serving([published("dinochiesa--apigee-external-authorization-2")], () =>
      targetServer("example-access-control-server"),
    );
    const ask = (path: string, init: RequestInit) => fetch(`${at.url}/ec-access-control${path}`, init);
    const by = (subject: string) => ({ "access-control": subject });
    const decide = (result: string) => () => ({
      additional_flow_variables: { "accesscontrol.result": { string: result } },
    });

    test.each([["GET"], ["POST"]])("lets a %s through that the server allows", async (method) => {
      answer = decide("ALLOW");
      const body = method === "POST" ? "x" : null;
      const response = await ask("/t17?a=b", { method, body, headers: by("alice") });
      expect([response.status, await response.json()]).toEqual([200, { msg: "hello" }]);
      expect(response.headers.get("apiproxy")).toBe("ec-access-control r1");
      expect(asked).toHaveLength(1);
      expect(asked[0]?.additional_flow_variables).toEqual({
        "accesscontrol.subject": { string: "alice" },
        "accesscontrol.action": { string: method },
        "accesscontrol.resource": { string: "/ec-access-control/t17" },
        "accesscontrol.uri": { string: "/ec-access-control/t17?a=b" },
      });
    });

    test("refuses what the server denies", async () => {
      answer = decide("DENY");
      const response = await ask("/t1", { headers: by("mallory") });
      expect([response.status, await response.json()]).toEqual([
        403,
        { error: { code: 403.01, message: "access denied." } },
      ]);
      expect(response.headers.get("apiproxy")).toBe("ec-access-control r1");
    });

    test("refuses what the server says nothing about", async () => {
      expect((await ask("/t1", { headers: by("alice") })).status).toBe(403);
    });

    test("does not ask the server about a request without a subject", async () => {
      expect((await ask("/t1", {})).status).toBe(400);
      expect(asked).toEqual([]);
    });

    test.each([
      ["/other", "GET"],
      ["/t", "GET"],
      ["/t1/x", "GET"],
      ["/t1", "DELETE"],
    ])("does not know %s with %s", async (path, method) => {
      answer = decide("ALLOW");
      const response = await ask(path, { method, headers: by("alice") });
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 404.01 } }]);
    });
  });

  describe("external-callout", () => {
    const at = serving([published("markjkelly--external-callout")], () =>
      targetServer("grpc-java-sample-server"),
    );

    test("sends the client what the server makes of the response", async () => {
      answer = (context) => ({
        ...context,
        response: { content: "from the server", headers: { "x-added": { strings: ["1", "2"] } } },
      });
      const response = await fetch(`${at.url}/v1/samples/external-callout/x?q=1`, {
        method: "POST",
        body: "from the client",
        headers: { "content-type": "text/plain", "x-client": "me" },
      });
      expect([response.status, await response.text()]).toEqual([200, "from the server"]);
      expect(response.headers.get("x-added")).toBe("1, 2");
      // The server is told of the response alone, because the policy stands in a response flow.
      expect(asked).toMatchObject([{ current_flow: { name: "PreFlow" }, response: { status_code: 200 } }]);
      expect(asked[0]).not.toHaveProperty("request");
    });

    test("answers as before when the server changes nothing", async () => {
      const { status, text } = await get(`${at.url}/v1/samples/external-callout`);
      expect([status, text]).toEqual([200, ""]);
      expect(asked).toHaveLength(1);
    });

    test("fails when the server does", async () => {
      answer = () => {
        throw { code: 14, details: "down" };
      };
      const { status, text } = await get(`${at.url}/v1/samples/external-callout`);
      expect([status, errorCode(text)]).toEqual([500, "steps.externalcallout.ExecutionError"]);
    });
  });
});
