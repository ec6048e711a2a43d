import { STATUS_CODES } from "node:http";
import { expect, test } from "vitest";
import { standardReason } from "../../src/flow/standard-reason.ts";

test("reasons are those that Node knows", () => {
  const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
  expect(statuses.map(standardReason)).toEqual(statuses.map((status) => STATUS_CODES[status] ?? ""));
});
