/** An environment that an author has made a mistake in, and all that `sortie check` prints about it, line by line. */
export interface Mistake {
  readonly mistake: string;
  /** What is different in the environment's files; null for one that is not there. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly answer: readonly string[];
}

export const PROXY = "apiproxies/orders/apiproxy/proxies/default.xml";
export const TARGET = "apiproxies/orders/apiproxy/targets/default.xml";
export const POLICY = "apiproxies/orders/apiproxy/policies/Verify.xml";
export const SERVERS = "environments/test/targetservers.json";

export function endpoint(steps = "", { base = "/orders", target = "default" } = {}): string {
  return `<ProxyEndpoint name="default">
  <PreFlow>
    <Request>${steps}</Request>
  </PreFlow>
  <HTTPProxyConnection>
    <BasePath>${base}</BasePath>
  </HTTPProxyConnection>
  <RouteRule name="r">${target && `<TargetEndpoint>${target}</TargetEndpoint>`}</RouteRule>
</ProxyEndpoint>`;
}

export function step(policy: string, condition = ""): string {
  return `<Step><Name>${policy}</Name>${condition && `<Condition>${condition}</Condition>`}</Step>`;
}

/** An environment without mistakes. */
export const correct: Readonly<Record<string, string>> = {
  "apiproxies/orders/apiproxy/orders.xml": '<APIProxy name="orders" revision="1"/>',
  [PROXY]: endpoint(step("Verify")),
  [TARGET]: `<TargetEndpoint name="default">
  <HTTPTargetConnection>
    <URL>https://orders.example.com</URL>
  </HTTPTargetConnection>
</TargetEndpoint>`,
  [POLICY]: `<AssignMessage name="Verify">
  <Set>
    <Headers><Header name="x-a">b</Header></Headers>
  </Set>
</AssignMessage>`,
  [SERVERS]: '[\n  { "name": "backend", "host": "backend.example.com", "port": 443 }\n]\n',
};
