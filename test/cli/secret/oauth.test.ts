import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { withKv } from "../../../src/cli/kv/options.ts";
import { applicationResetKey, userResetKey } from "../../../src/credentials/oauth/resets.ts";
import { sortieInProcess } from "../in-process.ts";
import { answeringProxy, below, folderWith, repository } from "../sortie.ts";

const application = `authorizationUrl: https://provider.example.com/authorize
tokenUrl: https://provider.example.com/token
clientId: client-1
approvalPrompt: May we?
`;

describe("what users granted to an outbound application that is deployed", () => {
  const state = folderWith({});
  const config = join(repository, "wrangler.toml");
  const place = ["--env", "prod", "--local", "--persist-to", state, "--config", config];
  const textAt = (key: string) =>
    withKv({ local: true, persistTo: state, config }, async (kv) => (await kv.getTexts([key]))[0]);
  const oauth = (...args: string[]) => sortieInProcess(["oauth", ...args, ...place]);

  beforeAll(async () => {
    const folder = folderWith({
      ...below("apiproxies/a", answeringProxy("a", "text")),
      "environments/prod/identity.json": '{"issuer":"https://issuer.example.com","audience":"gateway"}',
      "outbound-applications/calendar.yaml": application,
    });
    expect(await sortieInProcess(["push", ".", ...place], folder)).toMatchObject({ status: 0 });
  });

  test("is of an application that sortie status shows", async () => {
    const { stdout } = await sortieInProcess(["status", ...place]);
    expect(stdout).toContain("  outbound application calendar, enabled\n");
  });

  test("can be reset for everybody", async () => {
    const before = Date.now();
    const { status, stdout } = await oauth("reset", "calendar");
    expect(status).toBe(0);
    expect(stdout).toContain("Reset calendar in prod.");
    const time = await textAt(applicationResetKey("prod", "calendar"));
    expect(Number(time)).toBeGreaterThanOrEqual(before);
  });

  test("can be revoked for one user of the environment's issuer", async () => {
    const before = Date.now();
    const { status, stdout } = await oauth("revoke", "calendar", "alice");
    expect(status).toBe(0);
    expect(stdout).toContain("Revoked what alice granted to calendar in prod.");
    const key = await userResetKey("prod", "calendar", "https://issuer.example.com#alice");
    const time = await textAt(key);
    expect(Number(time)).toBeGreaterThanOrEqual(before);
  });

  test.each([
    [
      "an application that is misspelled",
      ["reset", "calender"],
      "prod has no outbound application calender. Did you mean calendar?",
    ],
    ["no application", ["reset"], "missing required argument 'application'"],
    ["no user", ["revoke", "calendar"], "missing required argument 'user'"],
  ])("is left alone with %s", async (_, args, message) => {
    const { status, stderr } = await oauth(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

test("nothing can be reset where nothing is deployed", async () => {
  const args = ["--env", "prod", "--local", "--persist-to", folderWith({})];
  const { status, stderr } = await sortieInProcess(["oauth", "reset", "calendar", ...args]);
  expect([status, stderr]).toEqual([2, "error: Nothing is deployed to prod.\n"]);
});
