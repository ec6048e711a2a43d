import { beforeAll, describe, expect, inject, test } from "vitest";
import { application, CLIENT_SECRET, tokens } from "../credentials/oauth/kit.ts";
import { Scripted } from "../credentials/script.ts";
import { consent, defaultIdentity, tokenOf } from "../routes/oauth-kit.ts";
import { deploy, execute, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");
const endpoint = new Scripted();
const calendar = application(`${endpoint.url}/token`);

const deployment = {
  sources: [sourceTo("things", a, { auth: { type: "oauth2" }, outboundApplication: calendar.name })],
  outboundApplications: [calendar],
  identity: defaultIdentity,
  secrets: { [`outbound-application:${calendar.name}`]: { clientSecret: CLIENT_SECRET } },
};

beforeAll(async () => {
  await deploy(deployment);
  for (const [index, user] of ["alice", "bob"].entries()) {
    await endpoint.answers(tokens(index + 1));
    await consent(user, calendar.name);
  }
});

/** What the function `probe` answers a user. */
async function as(user: string, action: string, text: string, claims: object = {}) {
  const headers = { authorization: `Bearer ${await tokenOf(user, claims)}` };
  const { status, body } = await execute("probe", { action, text }, headers);
  return { status, body: body as { value: string; parameters: Record<string, unknown>; errorName: string } };
}

/** The credentials that a server was sent, out of its echo. */
const sent = (echo: string) => /"Authorization","([^"]*)"/i.exec(echo)?.[1] ?? null;

describe("two users on one warm isolate", () => {
  test("one after the other, each with their own token", async () => {
    const one = await as("alice", "fetch", `${a}/echo`);
    const other = await as("bob", "fetch", `${a}/echo`);
    expect([sent(one.body.value), sent(other.body.value)]).toEqual([
      "Bearer access-token-1",
      "Bearer access-token-2",
    ]);
  });

  test("at the same time", async () => {
    const urls = JSON.stringify([`${a}/hold/users-first`, `${a}/echo`]);
    const slow = as("alice", "fetch both", urls);
    await (await fetch(`${a}/arrived/users-first`)).text();
    const meanwhile = await as("bob", "fetch", `${a}/echo`);
    expect(sent(meanwhile.body.value)).toBe("Bearer access-token-2");
    await (await fetch(`${a}/release/users-first`)).text();
    expect(sent((await slow).body.value)).toBe("Bearer access-token-1");
  });

  test("and what one call keeps in the module is of no use to the next user's, even while it runs", async () => {
    const slow = as("alice", "keep and fetch", `${a}/hold/users-kept`);
    await (await fetch(`${a}/arrived/users-kept`)).text();
    for (const action of ["use kept fetch", "use kept credentials"]) {
      const { status, body } = await as("bob", action, `${a}/hold/users-kept`);
      expect(status).toBe(400);
      expect(body.parameters.message).toMatch(/belongs to another call/);
      expect(JSON.stringify(body)).not.toContain("access-token-1");
    }
    expect(await (await fetch(`${a}/count/users-kept`)).text()).toBe("1");
    await (await fetch(`${a}/release/users-kept`)).text();
    expect((await slow).body.value).toBe("200 released");
  });
});

describe("session credentials", () => {
  test("are the calling user's", async () => {
    const { body } = await as("bob", "credentials", "");
    expect(JSON.parse(body.value)).toMatchObject({ type: "oauth", accessToken: "access-token-2" });
  });

  test.each(["credentials", "fetch"])("%s: a caller that is not a user has none", async (action) => {
    const { status, body } = await as("machine", action, `${a}/echo`, { gty: "client_credentials" });
    expect(status).toBe(400);
    expect(body.parameters.message).toMatch(/Resolved source credentials are not present on the Source\.$/);
  });

  test.each(["credentials", "fetch"])(
    "%s: a user who has not consented learns where to, and nobody is redirected",
    async (action) => {
      const { status, body } = await as("carol", action, `${a}/echo`);
      expect(status).toBe(403);
      expect(body).toMatchObject({
        errorName: "AuthorizationRequired",
        parameters: { authorizeUrl: `http://gateway.test/_sortie/oauth/${calendar.name}/authorize` },
      });
    },
  );

  test("the tokens do not go along with a redirect to another host", async () => {
    const { body } = await as(
      "alice",
      "fetch",
      `${a}/redirect?to=${encodeURIComponent("http://127.0.0.1:1/")}`,
    );
    expect(body.value).toMatch(/^407/);
  });
});

test("nobody may execute a function where the environment does not allow it", async () => {
  await deploy({ ...deployment, identity: { ...defaultIdentity, allowAnonymous: false } });
  expect(await execute("probe", { action: "text" }, {})).toMatchObject({
    status: 401,
    body: { errorCode: "UNAUTHORIZED", errorName: "MissingCredentials" },
  });
  expect(await execute("probe", { action: "text" }, { authorization: "Bearer forged" })).toMatchObject({
    status: 401,
    body: { errorName: "InvalidCredentials" },
  });
});
