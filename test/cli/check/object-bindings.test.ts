import { describe, expect, test } from "vitest";
import { answeringProxy, below, type Finished, folderWith, sortie } from "../sortie.ts";

const toml = `[[kv_namespaces]]
binding = "CONFIG"
id = "n1"
`;

const bound = `[[durable_objects.bindings]]
name = "TRAFFIC_COUNTERS"
class_name = "TrafficCounter"
`;

/** A proxy that limits its traffic, in a folder with such a Wrangler configuration. */
function limited(config: string | null, inside: string): string {
  const files = answeringProxy("a", "fine");
  const endpoint = files["apiproxy/proxies/default.xml"] ?? "";
  return folderWith({
    ...(config !== null && { "wrangler.toml": config }),
    ...below("policies/apiproxies/a", {
      ...files,
      "apiproxy/proxies/default.xml": endpoint.replace(
        "<Response>",
        "<Request><Step><Name>S</Name></Step></Request><Response>",
      ),
      "apiproxy/policies/S.xml": `<SpikeArrest name="S"><Rate>1ps</Rate>${inside}</SpikeArrest>`,
    }),
    "policies/environments/test/egress.json": '{ "allow": ["api.example.com"] }',
  });
}

const together = "<UseEffectiveCount>true</UseEffectiveCount>";
const push = (folder: string) =>
  sortie(["push", "policies", "--env", "test", "--local", "--persist-to", "state"], folder);
const said = ({ stdout, stderr }: Finished) => `${stdout}${stderr}`;

describe("a Worker without the Durable Object in which isolates count together", () => {
  test("gets no policy that needs it, and check warns of that", async () => {
    const folder = limited(toml, together);
    const [checked, pushed] = await Promise.all([sortie(["check"], folder), push(folder)]);
    expect(said(checked)).toContain(
      "policies/apiproxies/a/apiproxy/policies/S.xml:1:1  warning  CounterBindingMissing  Isolates count together for the policy S in the Durable Object TRAFFIC_COUNTERS, which wrangler.toml does not have.",
    );
    expect(said(checked)).toContain('class_name = "TrafficCounter"');
    expect(checked.status).toBe(0);
    expect(said(pushed)).toContain("error  CounterBindingMissing");
    expect(said(pushed)).toContain("Nothing was deployed.");
    expect(pushed.status).toBe(1);
  });

  test("takes those that each isolate counts by itself", async () => {
    const folder = limited(toml, "");
    const [checked, pushed] = await Promise.all([sortie(["check"], folder), push(folder)]);
    expect(said(checked)).not.toContain("CounterBindingMissing");
    expect(said(pushed)).toContain("Deployed generation 1 of test.");
  });
});

test("a Worker that has it takes both, and without a Wrangler configuration nobody knows", async () => {
  const [pushed, checked] = await Promise.all([
    push(limited(toml + bound, together)),
    sortie(["check"], limited(null, together)),
  ]);
  expect(said(pushed)).toContain("Deployed generation 1 of test.");
  expect(said(checked)).toContain("0 errors, 0 warnings.");
});
