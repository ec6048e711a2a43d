import { below, folderWith } from "../cli/sortie.ts";
import { publishedFiles } from "./corpus.ts";

/**
 * Published bundles that need a look of their own, each with its policies that are not supported. A policy
 * that does nothing stands in for each of those.
 */
const standIns: Readonly<Record<string, readonly string[]>> = {
  "apigee--get-jwks-from-dynamic-uri": [],
  "apigee--validate-audience-in-jwt": [],
  "apigee--webserver-app": [],
  "carlosmscabral--004-external-token-verify": ["SA-RateLimiting"],
  "dinochiesa--apigee-cloud-run-authentication-example": [],
  "dinochiesa--example-secret-accessor-proxy": [],
  "dinochiesa--jwt-verify-goog": [],
  "googlecloudplatform--llm-circuit-breaking": ["Q-LLM-Failover", "Q-LLM-Failover-Counter"],
  "googlecloudplatform--modelarmor-v1": [],
  "googlecloudplatform--semantic-cache-request-v1": [],
  "kurtkanaskie--apigee-edge-facade-v1": [],
};

const vertexConfig = `region=r1
project_id=p1
project_number=1
embeddings_model_id=embeddings
index_id_name=index
index_endpoint_subdomain=sub
index_endpoint_id=endpoint
nearest_neighbor_min_distance=0.95
region_p2=r2
project_p2=p2
`;

/** A bundle's files with its missing policies replaced. */
function withStandIns(name: string): Record<string, string> {
  const policies = standIns[name] ?? [];
  return Object.fromEntries(
    Object.entries(publishedFiles(name)).map(([path, text]) => {
      const [, policy = ""] = /<\w+\s[^>]*\bname=["']([^"']+)/.exec(text) ?? [];
      const replaced = path.includes("/policies/") && policies.includes(policy);
      return [path, replaced ? assigning(policy, {}) : text];
    }),
  );
}

function assigning(policy: string, variables: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(variables).map(
    ([name, value]) => `<AssignVariable><Name>${name}</Name><Template>${value}</Template></AssignVariable>`,
  );
  return `<AssignMessage name="${policy}">${assignments.join("")}</AssignMessage>`;
}

/** A proxy `/NAME` that runs the policy "Prepare" and then a shared flow, and answers with variables. */
function running(
  name: string,
  sharedFlow: string,
  preparing: string,
  answer: string,
): Record<string, string> {
  return below(`apiproxies/${name}/apiproxy`, {
    [`${name}.xml`]: `<APIProxy name="${name}"/>`,
    "policies/Prepare.xml": preparing,
    "policies/FC-Run.xml": `<FlowCallout name="FC-Run"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`,
    "policies/AM-Answer.xml": `<AssignMessage name="AM-Answer">
      <IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>
      <Set><Payload contentType="application/json">${answer}</Payload></Set></AssignMessage>`,
    "proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow>
        <Request><Step><Name>Prepare</Name></Step><Step><Name>FC-Run</Name></Step></Request>
        <Response><Step><Name>AM-Answer</Name></Step></Response>
      </PreFlow>
      <HTTPProxyConnection><BasePath>/${name}</BasePath></HTTPProxyConnection>
      <RouteRule name="no-target"/>
    </ProxyEndpoint>`,
    "resources/properties/vertex_config.properties": vertexConfig,
  });
}

/** The proxy that validate-audience-in-jwt expects beside it. */
const openidConfiguration = below("apiproxies/oidc/apiproxy", {
  "oidc.xml": '<APIProxy name="oidc"/>',
  "policies/AM-Answer.xml": `<AssignMessage name="AM-Answer"><Set><Payload contentType="application/json">
    {"issuer":"https://idp.example.com","token_endpoint":"https://idp.example.com/token"}</Payload></Set></AssignMessage>`,
  "proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Response><Step><Name>AM-Answer</Name></Step></Response></PreFlow>
    <HTTPProxyConnection><BasePath>/.well-known</BasePath></HTTPProxyConnection>
    <RouteRule name="no-target"/>
  </ProxyEndpoint>`,
});

/** All of them together, with proxies that run the shared flows. */
export function environmentWithStandIns(): string {
  const bundles = Object.keys(standIns).map((name) => {
    const files = withStandIns(name);
    const kind = Object.keys(files).some((path) => path.startsWith("apiproxy/"))
      ? "apiproxies"
      : "sharedflows";
    return below(`${kind}/${name}`, files);
  });
  const llm = "apiproxies/googlecloudplatform--llm-circuit-breaking/apiproxy";
  return folderWith({
    ...Object.assign({}, ...bundles),
    [`${llm}/resources/properties/vertex_config.properties`]: vertexConfig,
    ...openidConfiguration,
    ...running(
      "jwks",
      "get-jwks-from-dynamic-uri",
      assigning("Prepare", { jwksURI: "https://idp.example.com/a/keys" }),
      "{jwksVar}",
    ),
    ...running(
      "audience",
      "validate-audience-in-jwt",
      assigning("Prepare", {
        audClaim: "[{request.queryparam.aud}]",
        errorToReturn: "{request.queryparam.error}",
      }),
      '"{currentURI}"',
    ),
    ...running(
      "armor",
      "ModelArmor-v1",
      assigning("Prepare", { type: "user-prompt", promptText: "{request.header.prompt}", model: "m1" }),
      '"{modelArmorFilterMatchState}"',
    ),
    ...running(
      "semantic-cache",
      "semantic-cache-request-v1",
      `<PopulateCache name="Prepare">
        <CacheResource>llm_cache</CacheResource>
        <CacheKey><Prefix>datapoints</Prefix><KeyFragment>d-1</KeyFragment></CacheKey>
        <Scope>Exclusive</Scope>
        <ExpirySettings><TimeoutInSec>60</TimeoutInSec></ExpirySettings>
        <Source>request.queryparam.cached</Source>
      </PopulateCache>`,
      '["{nearest_neighbor_datapoint_id}", {nearest_neighbor_distance}, "{cached_llm_response}"]',
    ),
  });
}
