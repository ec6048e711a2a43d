/**
 * A Worker that does one piece of work many times, with nothing of a request around it: `/NAME?times=N`.
 * Workerd's clock stands still while code runs, so that whoever asks takes the time.
 */
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { KeySet } from "../../src/egress/key-set.ts";
import { FlowContext } from "../../src/flow/context.ts";
import { finishing } from "../../src/flow/finishing.ts";
import { RequestMessage } from "../../src/flow/message.ts";
import type { Capabilities } from "../../src/policies/capabilities.ts";
import { assertCondition } from "../../src/policies/mediation/assert-condition.ts";
import { keyValueMapOperations } from "../../src/policies/mediation/key-value-map-operations/key-value-map-operations.ts";
import type { PolicyType } from "../../src/policies/policy-type.ts";
import { verifyApiKey } from "../../src/policies/security/clients/verify-api-key.ts";
import { cors } from "../../src/policies/security/cors.ts";
import { oauthV2 } from "../../src/policies/security/oauth/oauth-v2.ts";
import { jsonThreatProtection } from "../../src/policies/security/threats/json-threat-protection.ts";
import { verifyJwt } from "../../src/policies/security/tokens/verify-jwt.ts";
import { lookupCache } from "../../src/policies/traffic/lookup-cache.ts";
import { quota } from "../../src/policies/traffic/quota/quota.ts";
import { spikeArrest } from "../../src/policies/traffic/spike-arrest.ts";
import { EnvironmentMaps, entriesOfMaps } from "../../src/stores/environment-maps.ts";
import { StoredMaps } from "../../src/stores/stored-maps.ts";
import { TwoLevelCache } from "../../src/stores/two-level-cache.ts";
import { directoryOf } from "../clients/memory-directory.ts";
import { issuedToken } from "../clients/tokens/issued-token.ts";
import { MemoryTokens } from "../clients/tokens/memory-tokens.ts";
import { flowOf, type GivenCapabilities, loadPolicy, NOW } from "../policies/build-policy.ts";
import { MemoryCounters } from "../stores/counters/memory-counters.ts";
import { largeJson } from "./large-json.ts";

/** Does the work once. */
type Work = () => unknown;

const headers = { origin: "https://www.example.com", accept: "application/json" };

/** A policy in flows of their own, as requests have them. What it is to do it must do the first time. */
async function policy<Config, Need extends keyof Capabilities>(
  type: PolicyType<Config, Need>,
  xml: string,
  given: GivenCapabilities,
  {
    request = new RequestMessage({ path: "/v1/things", headers: new Headers(headers) }),
    outcome,
    now = () => NOW,
  }: { request?: RequestMessage; outcome: (flow: FlowContext) => boolean; now?: () => number },
): Promise<Work> {
  const { step, report } = loadPolicy(type, xml, given);
  if (step === null) throw new Error(JSON.stringify(report.problems));
  const { identity, exchange, url, pathSuffix } = flowOf({ exchange: { now } });
  const place = { url, pathSuffix };
  const first = new FlowContext(identity, exchange, request, place);
  // The first time something may have to be read.
  await step(new FlowContext(identity, exchange, request, place));
  await step(first);
  if (!outcome(first)) throw new Error(`${type.element} did not do what is measured`);
  return () => step(new FlowContext(identity, exchange, request, place));
}

/** An app with a key for an API product, with attributes and a quota as they have them mostly. */
const shop = {
  products: [
    {
      name: "p",
      apiResources: ["/orders/**", "/things"],
      attributes: [{ name: "access", value: "public" }],
      quota: "100",
      quotaInterval: "1",
      quotaTimeUnit: "minute",
    },
  ],
  developers: [{ email: "ann@example.com", developerId: "dev-1", firstName: "Ann", lastName: "Lee" }],
  apps: [
    {
      name: "shop",
      appId: "app-1",
      developerId: "dev-1",
      attributes: [{ name: "DisplayName", value: "Shop" }],
      credentials: [{ consumerKey: "key-1", consumerSecret: "secret-1", apiProducts: [{ apiproduct: "p" }] }],
    },
  ],
};

const key = '<CacheKey><Prefix>users</Prefix><KeyFragment ref="request.header.accept"/></CacheKey>';

async function tokens() {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: "key-1", alg: "RS256" }] };
  const token = await new SignJWT({ sub: "u-17", scope: "read write" })
    .setProtectedHeader({ alg: "RS256", kid: "key-1" })
    .setIssuer("https://login.example.com")
    .setAudience("bench")
    .setExpirationTime("10y")
    .sign(privateKey);
  return { keySet, token };
}
const made = new Map<string, ReturnType<typeof tokens>>();
function sameTokens(): ReturnType<typeof tokens> {
  const known = made.get("RS256") ?? tokens();
  made.set("RS256", known);
  return known;
}

const json = new TextEncoder().encode(largeJson());

const works: Readonly<Record<string, () => Work | Promise<Work>>> = {
  nothing: () => () => {},

  LookupCache() {
    const caches = new TwoLevelCache(null, () => {});
    const { exchange } = flowOf();
    const entry = { cache: "", prefix: ["users"], fragments: ["application/json"] };
    caches.put(entry, "u-17", exchange.now() + 60_000, exchange);
    const xml = `<LookupCache name="P">${key}<AssignTo>user</AssignTo></LookupCache>`;
    return policy(lookupCache, xml, { caches }, { outcome: (flow) => flow.variables.get("user") === "u-17" });
  },

  KeyValueMapOperations() {
    const stored = new StoredMaps({
      kv: { get: async () => null, put: async () => {}, delete: async () => {} },
      privateKey: undefined,
      log: () => {},
      after: () => {},
    });
    const entries = entriesOfMaps({ settings: { "application/json": "42" } });
    const place = { organization: "bench", environment: "local" };
    const keyValueMaps = new EnvironmentMaps(place, entries, stored);
    const xml = `<KeyValueMapOperations name="P" mapIdentifier="settings"><Get assignTo="limit"><Key><Parameter ref="request.header.accept"/></Key></Get></KeyValueMapOperations>`;
    return policy(
      keyValueMapOperations,
      xml,
      { keyValueMaps },
      { outcome: (flow) => flow.variables.get("limit") === "42" },
    );
  },

  SpikeArrest() {
    const counters = new MemoryCounters(() => 0).isolate();
    const xml =
      '<SpikeArrest name="P"><Identifier ref="request.header.origin"/><Rate>1000ps</Rate></SpikeArrest>';
    // The clock goes on, so that each message passes.
    let time = 0;
    return policy(spikeArrest, xml, { counters }, { outcome: () => true, now: () => ++time });
  },

  Quota() {
    const counters = new MemoryCounters(() => 0).isolate();
    const xml =
      '<Quota name="P"><Identifier ref="request.header.origin"/><Allow count="1000000000"/><Interval ref="interval">1</Interval><TimeUnit>hour</TimeUnit></Quota>';
    const outcome = (flow: FlowContext) => flow.variables.get("ratelimit.P.used.count") === 2n;
    return policy(quota, xml, { counters }, { outcome });
  },

  async VerifyAPIKey() {
    const { directory } = await directoryOf(shop);
    const request = new RequestMessage({ headers: new Headers({ "x-api-key": "key-1" }) });
    const xml = '<VerifyAPIKey name="P"><APIKey ref="request.header.x-api-key"/></VerifyAPIKey>';
    const outcome = (flow: FlowContext) => flow.variables.get("developer.app.name") === "shop";
    return policy(verifyApiKey, xml, { directory }, { request, outcome });
  },

  /** A token that the isolate has verified before. */
  async OAuthV2() {
    const { directory } = await directoryOf(shop);
    const issuedTokens = new MemoryTokens().isolate();
    const token = issuedToken({
      token: "token-1",
      clientId: "key-1",
      appId: "app-1",
      issuedAt: NOW,
      expiresAt: NOW + 1000,
    });
    await issuedTokens.add([token], flowOf().exchange);
    const request = new RequestMessage({ headers: new Headers({ authorization: "Bearer token-1" }) });
    const xml = '<OAuthV2 name="P"><Operation>VerifyAccessToken</Operation></OAuthV2>';
    const outcome = (flow: FlowContext) => flow.variables.get("developer.app.name") === "shop";
    return policy(oauthV2, xml, { directory, issuedTokens }, { request, outcome });
  },

  async VerifyJWT() {
    const { keySet, token } = await sameTokens();
    const keys = new KeySet(JSON.stringify(keySet));
    const request = new RequestMessage({ headers: new Headers({ authorization: `Bearer ${token}` }) });
    const xml = `<VerifyJWT name="P"><Algorithm>RS256</Algorithm><PublicKey><JWKS uri="https://login.example.com/keys"/></PublicKey><Issuer>https://login.example.com</Issuer><Audience>bench</Audience></VerifyJWT>`;
    const outcome = (flow: FlowContext) => flow.variables.get("jwt.P.valid") === true;
    const given = { keySets: { at: () => keys }, egress: {} as Capabilities["egress"] };
    return policy(verifyJwt, xml, given, { request, outcome });
  },

  async "bare jose"() {
    const { keySet, token } = await sameTokens();
    const keys = createLocalJWKSet(keySet);
    const expected = { issuer: "https://login.example.com", audience: "bench", algorithms: ["RS256"] };
    return () => jwtVerify(token, keys, expected);
  },

  async CORS() {
    const xml = `<CORS name="P"><AllowOrigins>https://www.example.com, https://shop.example.com</AllowOrigins><AllowMethods>GET, POST</AllowMethods><AllowHeaders>Authorization</AllowHeaders><ExposeHeaders>X-Request-ID</ExposeHeaders></CORS>`;
    return policy(cors, xml, {}, { outcome: (flow) => flow.kept(finishing) !== null });
  },

  AssertCondition() {
    const xml = `<AssertCondition name="P"><Condition>(request.verb = "GET") and (request.header.accept = "application/json")</Condition></AssertCondition>`;
    const outcome = (flow: FlowContext) => flow.variables.get("assertcondition.P.truthValue") === true;
    return policy(assertCondition, xml, {}, { outcome });
  },

  async JSONThreatProtection() {
    const limits = [
      ["ArrayElementCount", 100_000],
      ["ContainerDepth", 20],
      ["ObjectEntryCount", 50],
      ["ObjectEntryNameLength", 50],
      ["StringValueLength", 5000],
    ].map(([name, limit]) => `<${name}>${limit}</${name}>`);
    const request = new RequestMessage({
      verb: "POST",
      headers: new Headers({ "content-type": "application/json" }),
      body: json,
    });
    await request.buffer();
    const xml = `<JSONThreatProtection name="P">${limits.join("")}</JSONThreatProtection>`;
    return policy(jsonThreatProtection, xml, {}, { request, outcome: () => true });
  },

  "JSON.parse": () => () => JSON.parse(new TextDecoder().decode(json)),
};

const prepared = new Map<string, Work>();

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const name = decodeURIComponent(pathname.slice(1));
    const work = prepared.get(name) ?? (await works[name]?.());
    if (work === undefined) return new Response(`There is no work ${name}.`, { status: 404 });
    prepared.set(name, work);
    for (let time = 0; time < Number(searchParams.get("times")); time++) {
      const pending = work();
      if (pending instanceof Promise) await pending;
    }
    return new Response(`${json.length}`);
  },
};
