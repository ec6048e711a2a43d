/** Why a policy type of Apigee is not run, and what does the same. */
export interface Refusal {
  readonly reason: string;
  readonly instead: string;
}

/** What runs code of another language, or asks for a service that is not here. Apigee: "Policy reference overview". */
export const refusedPolicyTypes: ReadonlyMap<string, Refusal> = new Map([
  [
    "XSL",
    {
      reason: "there is no XSLT processor that runs in a Worker without making code at run time",
      instead:
        "Build the document in a Javascript policy or with AssignMessage, or call a service that transforms it.",
    },
  ],
  [
    "JavaCallout",
    {
      reason: "Workers run no Java",
      instead:
        "Write the same as a Javascript policy or a FunctionCallout, or keep the Java behind an ExternalCallout. If it checks something, do that before you take it out.",
    },
  ],
  [
    "Script",
    {
      reason: "Workers run no Jython",
      instead:
        "Write the same as a Javascript policy or a FunctionCallout. If it checks something, do that before you take it out.",
    },
  ],
  [
    "GenerateSAMLAssertion",
    {
      reason: "XML signatures cannot be made here",
      instead:
        "Have a service sign the assertion, with a ServiceCallout, or use GenerateJWT where the target accepts it.",
    },
  ],
  [
    "ValidateSAMLAssertion",
    {
      reason: "XML signatures cannot be checked here",
      instead:
        "Have a service check the assertion, in an ExternalCallout or ServiceCallout, or use VerifyJWT where clients can send one.",
    },
  ],
  [
    "LDAP",
    {
      reason: "Workers speak no LDAP",
      instead:
        "Ask the directory through a service that speaks HTTP or gRPC, with a ServiceCallout or an ExternalCallout.",
    },
  ],
  [
    "GraphQL",
    {
      reason: "queries are not parsed here",
      instead:
        "Check depth and operations in a FunctionCallout with a GraphQL library, or in the GraphQL server.",
    },
  ],
  [
    "MonetizationLimitsCheck",
    {
      reason: "there are no rate plans, subscriptions and balances here",
      instead:
        "Ask your billing system with a ServiceCallout, and answer with RaiseFault what it does not allow.",
    },
  ],
]);
