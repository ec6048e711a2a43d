import { expect, test } from "vitest";
import { ErrorResponse } from "../../src/flow/error-response.ts";
import { ResponseMessage } from "../../src/flow/message.ts";

test("a target's failing status is a fault that carries the target's own answer", () => {
  const response = new ResponseMessage({ status: 404, body: "nothing here" });
  const fault = new ErrorResponse(response);
  expect(fault.response).toBe(response);
  expect([fault.code, fault.faultName, fault.category, fault.status]).toEqual([
    "messaging.adaptors.http.flow.ErrorResponseCode",
    "ErrorResponseCode",
    "Messaging",
    404,
  ]);
});
