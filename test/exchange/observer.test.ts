import { expect, inject, test } from "vitest";
import type { Observer } from "../../src/flow/observer.ts";
import { assign, httpTarget, proxyFiles, raise, serve, step } from "./gateway-kit.ts";

const { a } = inject("servers");

/** Writes down what it sees, a line each. */
function recorder() {
  const lines: string[] = [];
  const observer: Observer = {
    step(flow, policy) {
      lines.push(`${policy} begins, ${flow.message.headers.get("x-seen")}`);
      return (thrown) =>
        lines.push(`${policy} ends, ${flow.message.headers.get("x-seen")}${thrown ? `: ${thrown}` : ""}`);
    },
    condition: (_flow, text, applied) => lines.push(`${text}: ${applied}`),
    read: (_flow, name, value) => lines.push(`read ${name}: ${value}`),
    wrote: (_flow, name, value) => lines.push(`wrote ${name}: ${value}`),
  };
  return { observer, lines };
}

async function observed(request: string, policies: Record<string, string>): Promise<string[]> {
  const { observer, lines } = recorder();
  const flows = `<PreFlow><Request>${request}</Request></PreFlow>`;
  const gateway = await serve(proxyFiles("p", { flows, policies, target: httpTarget(a) }), { observer });
  await (await gateway.fetch("/p", { headers: { "x-seen": "before" } })).text();
  await gateway.settled();
  return lines;
}

test("conditions, variables and messages of a step are seen, before and after", async () => {
  const lines = await observed(step("Set", 'request.verb = "GET"') + step("Never", 'request.verb = "PUT"'), {
    ...assign(
      "Set",
      `<AssignVariable><Name>greeting</Name><Template>Hello {request.verb}</Template></AssignVariable>
       <Set><Headers><Header name="x-seen">{greeting}</Header></Headers></Set>`,
    ),
    ...assign("Never", ""),
  });
  expect(lines).toEqual([
    "read request.verb: GET",
    'request.verb = "GET": true',
    "Set begins, before",
    "read request.verb: GET",
    "wrote greeting: Hello GET",
    "read greeting: Hello GET",
    "Set ends, Hello GET",
    "read request.verb: GET",
    'request.verb = "PUT": false',
  ]);
});

test("what a step threw is seen", async () => {
  const lines = await observed(step("Fail"), raise("Fail", 418, "no tea"));
  expect(lines.at(-1)).toMatch(/^Fail ends, .*: .*/);
});

test("variables whose names a script computes are seen", async () => {
  const source = `context.setVariable("a" + "b", context.getVariable("request." + "verb"))`;
  const lines = await observed(step("JS"), {
    JS: `<Javascript name="JS"><Source><![CDATA[${source}]]></Source></Javascript>`,
  });
  expect(lines).toEqual(["JS begins, before", "read request.verb: GET", "wrote ab: GET", "JS ends, before"]);
});
