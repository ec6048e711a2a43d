import { describe, expect, test } from "vitest";
import { Body } from "../../src/flow/body.ts";
import { ResponseMessage } from "../../src/flow/message.ts";
import { mergeRaised, RaisedFault } from "../../src/flow/raised-fault.ts";

interface Parts {
  status?: number;
  reason?: string;
  headers?: [string, string][];
  body?: string;
}

function message({ headers = [], reason, ...parts }: Parts): ResponseMessage {
  const made = new ResponseMessage({ ...parts, headers: new Headers(headers) });
  if (reason !== undefined) made.reason = reason;
  return made;
}

const first: Parts = {
  status: 403,
  reason: "No",
  headers: [
    ["content-type", "application/json"],
    ["x", "1"],
  ],
  body: '{"a":1}',
};

function merged(raised: Parts): Parts {
  const response = message({ status: 500, ...raised });
  const fault = new RaisedFault("Raising fault. Fault name : R", response, raised.status !== undefined);
  const { status, reason, headers, content } = mergeRaised(message(first), fault);
  return { status, reason, headers: [...headers], body: content };
}

test("a raised fault has the code and status of its policy's message", () => {
  const fault = new RaisedFault("text", message({ status: 418 }), true);
  expect([fault.code, fault.message, fault.status, fault.faultName]).toEqual([
    "steps.raisefault.RaiseFault",
    "text",
    418,
    "RaiseFault",
  ]);
});

describe("a RaiseFault in a fault rule", () => {
  test("that sets nothing keeps the pending error message", () => {
    expect(merged({})).toEqual(first);
  });

  test("replaces the status, and the reason that belonged to it with the standard one", () => {
    expect(merged({ status: 404 })).toEqual({ ...first, status: 404, reason: "Not Found" });
  });

  test("replaces the reason", () => {
    expect(merged({ reason: "Never" })).toEqual({ ...first, reason: "Never" });
  });

  test("replaces the payload", () => {
    expect(merged({ body: "x" })).toEqual({ ...first, body: "x" });
  });

  test("adds its headers, and values to those that are there", () => {
    expect(
      merged({
        headers: [
          ["x", "2"],
          ["y", "3"],
        ],
      }).headers,
    ).toEqual([
      ["content-type", "application/json"],
      ["x", "1, 2"],
      ["y", "3"],
    ]);
  });

  test("replaces the Content-Type", () => {
    const { headers } = merged({ headers: [["content-type", "text/plain"]], body: "x" });
    expect(headers).toEqual([
      ["content-type", "text/plain"],
      ["x", "1"],
    ]);
  });

  test("keeps each Set-Cookie", () => {
    const pending = message({ headers: [["set-cookie", "a=1"]] });
    const raised = message({ headers: [["set-cookie", "b=2"]] });
    const { headers } = mergeRaised(pending, new RaisedFault("text", raised, false));
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test("replaces a payload that streams through, with its length", () => {
    const pending = message({ headers: [["content-length", "5"]] });
    pending.body = new Body(new Blob(["hello"]).stream(), true);
    const { headers, content } = mergeRaised(pending, new RaisedFault("text", message({ body: "x" }), false));
    expect([headers.get("content-length"), content]).toEqual([null, "x"]);
  });
});
