import { expect, test } from "vitest";
import { Deadlines } from "../../src/egress/deadline.ts";
import { readParameters } from "../../src/routes/read-parameters.ts";
import { ManualClock } from "../egress/clock.ts";

test("a body that does not arrive in time is RequestBodyTimedOut", async () => {
  const clock = new ManualClock();
  const { readable } = new IdentityTransformStream();
  const headers = { "content-type": "application/json" };
  const request = new Request("http://gateway.test", { method: "POST", headers, body: readable });
  const reading = readParameters(request, new Deadlines(clock));
  clock.pass(55_000);
  await expect(reading).rejects.toMatchObject({ errorName: "RequestBodyTimedOut", status: 408 });
});
