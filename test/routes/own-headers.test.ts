import { exports } from "cloudflare:workers";
import { beforeAll, expect, inject, test } from "vitest";
import { application } from "../credentials/oauth/kit.ts";
import { deploy, fromDeveloper, sourceTo } from "../functions/function-kit.ts";

const { a } = inject("servers");
const calendar = application("https://issuer.example.com/token");
const json = { "content-type": "application/json", ...fromDeveloper() };

beforeAll(() => deploy({ sources: [sourceTo("things", a)], outboundApplications: [calendar] }));

test.each<[status: number, path: string, init?: RequestInit]>([
  [200, "/_sortie/health"],
  [200, "/_sortie/"],
  [404, "/_sortie/nothing"],
  [404, "/_sortie/refresh", { method: "POST" }],
  [200, "/_sortie/oauth/style.css"],
  [401, `/_sortie/oauth/${calendar.name}/authorize`],
  [
    200,
    "/_sortie/functions/probe/execute",
    { method: "POST", headers: json, body: '{"parameters":{"action":"text"}}' },
  ],
  [400, "/_sortie/functions/probe/execute", { method: "POST", headers: json, body: "<script>" }],
  [404, "/_sortie/functions/nothing/execute", { method: "POST", headers: json, body: "{}" }],
  [404, "/no-proxy"],
])("no browser takes the gateway's own answer for another type: %i %s", async (status, path, init) => {
  const response = await exports.default.fetch(`http://gateway.test${path}`, { redirect: "manual", ...init });
  await response.text();
  expect([response.status, response.headers.get("x-content-type-options")]).toEqual([status, "nosniff"]);
});
