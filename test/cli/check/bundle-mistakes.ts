import { endpoint, type Mistake, POLICY, PROXY, step, TARGET } from "./mistake.ts";

/** Mistakes in the XML, the flows and the endpoints of a bundle. */
export const bundleMistakes: readonly Mistake[] = [
  {
    mistake: "a step that names a policy by a wrong name",
    files: { [PROXY]: endpoint(step("Verfy")) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:3:14  error  StepPolicyMissing  The step\'s policy "Verfy" is not in the bundle.',
      '    Did you mean "Verify"? Otherwise add the file of a policy whose name attribute is that name.',
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a policy's file that is not closed",
    files: {
      [POLICY]: `<AssignMessage name="Verify">
  <Set>
    <Verb>GET</Verb>
</AssignMessage>`,
    },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:2:3  error  InvalidXML  <Set> is not closed before another end tag or the end of the document.",
      "    Write </Set> where it ends, or the same name in the end tag that does not match.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a bare ampersand",
    files: {
      [POLICY]: `<AssignMessage name="Verify">
  <Set><Headers><Header name="q">a & b</Header></Headers></Set>
  <Sett/>
</AssignMessage>`,
    },
    answer: [
      'apiproxies/orders/apiproxy/policies/Verify.xml:2:36  error  InvalidXML  A bare "&" is not allowed.',
      "    Write &amp; (and &amp;&amp; for two), or put the text into CDATA.",
      "apiproxies/orders/apiproxy/policies/Verify.xml:3:3  warning  UnknownElement  <Sett> is not known inside <AssignMessage> and has no effect.",
      "    Did you mean <Set>? Otherwise remove the element.",
      "What runs of AssignMessage: docs/policies/AssignMessage.md",
      "",
      "1 error, 1 warning.",
    ],
  },
  {
    mistake: "an attribute without quotes",
    files: { [POLICY]: "<AssignMessage name=Verify/>" },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:1:1  error  InvalidXML  The value of an attribute has no quotes.",
      '    Write name="value".',
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a policy type that protects and is not supported",
    files: { [POLICY]: '<LDAP name="Verify"/>' },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:1:1  error  UnknownPolicyType  The policy type LDAP is not supported: Workers speak no LDAP.",
      "    Do not just take it out: that opens the API to what it keeps out. Ask the directory through a service that speaks HTTP or gRPC, with a ServiceCallout or an ExternalCallout.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a policy type that is misspelt",
    files: { [POLICY]: '<AsignMessage name="Verify"/>' },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:1:1  error  UnknownPolicyType  The policy type AsignMessage is not supported.",
      "    Did you mean AssignMessage?",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a step directly in PreFlow",
    files: { [PROXY]: endpoint().replace("<Request></Request>", step("Verify")) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:3:5  error  StepNeverRuns  The step "Verify" never runs: no step is read that stands in <PreFlow> itself.',
      "    Move it into <Request> or <Response> of <PreFlow>.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "no base path",
    files: { [PROXY]: endpoint(step("Verify"), { base: "" }) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:6:5  warning  BasePathMissing  The proxy endpoint has no base path. It serves "/", and so every request that no other base path matches.',
      "    Write <BasePath>/v1/orders</BasePath> into <HTTPProxyConnection>, or <BasePath>/</BasePath> if that is meant.",
      "",
      "0 errors, 1 warning.",
    ],
  },
  {
    mistake: "a base path of the gateway's own",
    files: { [PROXY]: endpoint(step("Verify"), { base: "/_sortie/orders" }) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:6:5  error  BasePathReserved  The base path "/_sortie/orders" is one of the gateway\'s own, and no proxy gets its requests.',
      "    Write a base path that does not begin with /_sortie.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a RouteRule to a target by a wrong name",
    files: { [PROXY]: endpoint(step("Verify"), { target: "defalt" }) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:8:3  error  RouteTargetMissing  The RouteRule "r" leads to the target endpoint "defalt", which is not in the bundle.',
      '    Did you mean "default"? Otherwise add a TargetEndpoint of that name to targets/.',
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a policy in a folder by a wrong name",
    files: {
      [POLICY]: null,
      "apiproxies/orders/apiproxy/policy/Verify.xml": '<AssignMessage name="Verify"/>',
    },
    answer: [
      "apiproxies/orders/apiproxy/policy/Verify.xml:1:1  warning  UnknownFile  The file has no effect.",
      "    Did you mean policies/Verify.xml? Otherwise remove it.",
      "",
      'apiproxies/orders/apiproxy/proxies/default.xml:3:14  error  StepPolicyMissing  The step\'s policy "Verify" is not in the bundle.',
      "    Add the file of a policy whose name attribute is that name.",
      "",
      "1 error, 1 warning.",
    ],
  },
  {
    mistake: "a target without a URL",
    files: {
      [TARGET]: `<TargetEndpoint name="default">
  <HTTPTargetConnection/>
</TargetEndpoint>`,
    },
    answer: [
      "apiproxies/orders/apiproxy/targets/default.xml:2:3  warning  URLMissing  The URL is missing: calls fail unless a flow has set the variable target.url.",
      "    Write the address of the service into <URL>, or name target servers in <LoadBalancer>.",
      "",
      "0 errors, 1 warning.",
    ],
  },
];
