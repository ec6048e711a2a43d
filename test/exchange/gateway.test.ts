import { expect, inject, test } from "vitest";
import { httpTarget, proxyFiles, serve } from "./gateway-kit.ts";

const { a } = inject("servers");

test.each([
  [[], [400, 400, 400]],
  [["encoded-slash"], [400, 200, 400]],
  [
    ["encoded-unreserved", "encoded-slash", "empty-segment"],
    [200, 200, 200],
  ],
])("requests.json allows %j in paths", async (allowInPaths, statuses) => {
  const gateway = await serve({
    ...proxyFiles("p", { target: httpTarget(`${a}/status/200`) }),
    "environments/local/requests.json": JSON.stringify({ allowInPaths }),
  });
  const paths = ["/p?x=/%61", "/p/%61", "/p/a%2Fb", "/p//a"];
  const answers = await Promise.all(paths.map((path) => gateway.fetch(path)));
  expect(answers.map(({ status }) => status)).toEqual([200, ...statuses]);
});

test.each([
  ["https://gateway.test", 404],
  ["https://consents.test", 200],
])("no proxy is served where the pages of consents are: %s", async (publicUrl, status) => {
  const gateway = await serve({
    ...proxyFiles("p", { target: httpTarget(`${a}/status/200`) }),
    "environments/local/identity.json": JSON.stringify({
      issuer: "https://issuer.example.com",
      audience: "the gateway",
      publicUrl,
    }),
  });
  expect((await gateway.fetch("/p")).status).toBe(status);
});
