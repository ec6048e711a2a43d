import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";

const at = { file: "policies/P.xml", line: 3, column: 5 };

test("a report holds every problem with its position and remedy", () => {
  const report = new Report();
  report.error("URLMissing", at, "No URL.", "Write a URL.");
  expect(report.problems).toEqual([
    {
      ...at,
      code: "URLMissing",
      severity: "error",
      policy: null,
      policyType: null,
      message: "No URL.",
      remedy: "Write a URL.",
    },
  ]);
});

test("a report has failed when it holds an error, not when it only holds warnings", () => {
  const report = new Report();
  report.warning("UnknownElement", at, "", "");
  expect(report.failed).toBe(false);
  report.error("URLMissing", at, "", "");
  expect(report.failed).toBe(true);
});

test("a report for a policy adds to the same list and names the policy", () => {
  const report = new Report();
  const forPolicy = report.forPolicy("Call-Backend", "ServiceCallout");
  forPolicy.error("URLMissing", at, "", "");
  expect(report.problems).toBe(forPolicy.problems);
  expect(report.problems[0]).toMatchObject({ policy: "Call-Backend", policyType: "ServiceCallout" });
  expect(report.failed).toBe(true);
});
