import { below, folderWith } from "../cli/sortie.ts";
import { publishedFiles } from "./corpus.ts";

/**
 * Published bundles whose policies are not all supported: those that are missing by name, each with the
 * variables that a stand-in sets in its place.
 */
const standIns: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  "apigee--get-jwks-from-dynamic-uri": {},
  "apigee--oauth-validate-key-secret": {
    "OA-GenerateAccessToken-Password": {},
    "OA-VerifyAPIKey-and-Secret": {},
  },
  "apigee--service-callout-1": { VerifyAPIKey: {} },
  "apigee--validate-audience-in-jwt": {},
  "apigee--webserver-app": { EncodeAppCredentials: { appCredentials: "Basic a2V5OnNlY3JldA==" } },
  "carlosmscabral--004-external-token-verify": {
    "DJ-DecodeToken": {},
    "SA-RateLimiting": {},
    "VJ-VerifyJwt": {},
  },
  "dinochiesa--apigee-cloud-run-authentication-example": {
    "GenerateJWT-Signed-with-RSA": { "jwt-bearer-assertion": "a.b.c" },
  },
  "dinochiesa--example-secret-accessor-proxy": { "GenerateJWT-Signed-with-RSA": { "output-jwt": "a.b.c" } },
  "dinochiesa--jwt-verify-goog": {
    "Verify-JWT-1": {},
  },
  "googlecloudplatform--llm-circuit-breaking": {
    "DC-Collect": {},
    "Q-LLM-Failover": {},
    "Q-LLM-Failover-Counter": {},
  },
  "googlecloudplatform--modelarmor-v1": {
    "KVM-GetModelArmorConfig": { modelArmorUrl: "armor.example.com/v1" },
    "KVM-GetModelArmorDefaultTemplateId": { templateId: "default" },
  },
  "googlecloudplatform--semantic-cache-request-v1": {
    "Assert-NearestNeighborHit": { "assertcondition.Assert-NearestNeighborHit.truthValue": "true" },
    "LC-LookupDatapoint": { cached_llm_response: "cached" },
  },
  "kurtkanaskie--apigee-edge-facade-v1": { "KV-decrypt-entry": { "private.value": 'a "secret"' } },
};

const vertexConfig = `region=r1
project_id=p1
project_number=1
embeddings_model_id=embeddings
index_id_name=index
index_endpoint_subdomain=sub
index_endpoint_id=endpoint
region_p2=r2
project_p2=p2
`;

/** A bundle's files with its missing policies replaced. */
export function withStandIns(name: string, policies = standIns[name] ?? {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(publishedFiles(name)).map(([path, text]) => {
      const [, policy = ""] = /<\w+\s[^>]*\bname=["']([^"']+)/.exec(text) ?? [];
      const variables = path.includes("/policies/") ? policies[policy] : undefined;
      return [path, variables ? assigning(policy, variables) : text];
    }),
  );
}

function assigning(policy: string, variables: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(variables).map(
    ([name, value]) => `<AssignVariable><Name>${name}</Name><Template>${value}</Template></AssignVariable>`,
  );
  return `<AssignMessage name="${policy}">${assignments.join("")}</AssignMessage>`;
}

/** A proxy `/NAME` that sets variables, runs a shared flow and answers with variables. */
function running(
  name: string,
  sharedFlow: string,
  variables: Readonly<Record<string, string>>,
  answer: string,
): Record<string, string> {
  return below(`apiproxies/${name}/apiproxy`, {
    [`${name}.xml`]: `<APIProxy name="${name}"/>`,
    "policies/AM-Set.xml": assigning("AM-Set", variables),
    "policies/FC-Run.xml": `<FlowCallout name="FC-Run"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`,
    "policies/AM-Answer.xml": `<AssignMessage name="AM-Answer">
      <IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>
      <Set><Payload contentType="application/json">${answer}</Payload></Set></AssignMessage>`,
    "proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow>
        <Request><Step><Name>AM-Set</Name></Step><Step><Name>FC-Run</Name></Step></Request>
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
      { jwksURI: "https://idp.example.com/a/keys" },
      "{jwksVar}",
    ),
    ...running(
      "audience",
      "validate-audience-in-jwt",
      { audClaim: "[{request.queryparam.aud}]", errorToReturn: "{request.queryparam.error}" },
      '"{currentURI}"',
    ),
    ...running(
      "armor",
      "ModelArmor-v1",
      { type: "user-prompt", promptText: "{request.header.prompt}", model: "m1" },
      '"{modelArmorFilterMatchState}"',
    ),
    ...running(
      "semantic-cache",
      "semantic-cache-request-v1",
      {},
      '["{nearest_neighbor_datapoint_id}", {nearest_neighbor_distance}, "{cached_llm_response}"]',
    ),
  });
}
