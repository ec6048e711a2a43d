import { endpoint, type Mistake, POLICY, PROXY, step } from "./mistake.ts";

/** Mistakes in conditions, templates, paths and values of policies. */
export const valueMistakes: readonly Mistake[] = [
  {
    mistake: "an operator that there is not",
    files: { [PROXY]: endpoint(step("Verify", "response.status.code GTE 400")) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:3:39  error  InvalidCondition  The condition "response.status.code GTE 400" is not valid: "GTE" is not an operator.',
      "    Did you mean GreaterThanOrEquals?",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a condition with a word too many",
    files: { [PROXY]: endpoint(step("Verify", 'request.verb = "GET" adn a = "b"')) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:3:39  error  InvalidCondition  The condition "request.verb = \\"GET\\" adn a = \\"b\\"" is not valid: There is adn where and, or or the end of the condition belongs.',
      "    Did you mean and?",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a condition with curly quotes",
    files: { [PROXY]: endpoint(step("Verify", "request.verb = “GET”")) },
    answer: [
      'apiproxies/orders/apiproxy/proxies/default.xml:3:39  error  InvalidCondition  The condition "request.verb = “GET”" is not valid: The name of a variable cannot contain “ here.',
      "    Write a text between straight double quotes; a name with unusual characters between single quotes, to the left of the operator.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a template that is not closed",
    files: {
      [POLICY]: `<AssignMessage name="Verify">
  <Set><Verb>{toUpperCase(verb}</Verb></Set>
</AssignMessage>`,
    },
    answer: [
      'apiproxies/orders/apiproxy/policies/Verify.xml:2:8  error  InvalidTemplate  The message template "{toUpperCase(verb}" is not valid: The call of toUpperCase is not closed with ")".',
      '    Write ")" where its arguments end, as in {toUpperCase(…)}.',
      "What runs of AssignMessage: docs/policies/AssignMessage.md",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a verb that is misspelt",
    files: {
      [POLICY]: `<AssignMessage name="Verify">
  <Set><Verb>GTE</Verb></Set>
</AssignMessage>`,
    },
    answer: [
      'apiproxies/orders/apiproxy/policies/Verify.xml:2:8  warning  UnknownVerb  Workers cannot send a request with the verb "GTE": the call fails.',
      "    Did you mean GET? Otherwise write one of the verbs of HTTP, such as GET or POST.",
      "What runs of AssignMessage: docs/policies/AssignMessage.md",
      "",
      "0 errors, 1 warning.",
    ],
  },
  {
    mistake: "an element that is misspelt",
    files: {
      [POLICY]: `<AssignMessage name="Verify">
  <Sets/>
</AssignMessage>`,
    },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:2:3  warning  UnknownElement  <Sets> is not known inside <AssignMessage> and has no effect.",
      "    Did you mean <Set>? Otherwise remove the element.",
      "What runs of AssignMessage: docs/policies/AssignMessage.md",
      "",
      "0 errors, 1 warning.",
    ],
  },
  {
    mistake: "an XPath and a JSONPath",
    files: {
      [POLICY]: `<ExtractVariables name="Verify">
  <JSONPayload><Variable name="a"><JSONPath>$.a[</JSONPath></Variable></JSONPayload>
  <XMLPayload><Variable name="b"><XPath>/s:a</XPath></Variable></XMLPayload>
</ExtractVariables>`,
    },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:2:35  error  JSONPathCompilationFailed  The JSONPath $.a[ is not valid: at character 5: it ends where something must follow.",
      "    Write names after dots and numbers in brackets, as in $.orders[0].id; other names in ['…'], filters in [?(@.…)].",
      'apiproxies/orders/apiproxy/policies/Verify.xml:3:34  error  XPathCompilationFailed  XPath "/s:a": the prefix s is not declared.',
      '    Add <Namespace prefix="s"> with its URI to <Namespaces>.',
      "What runs of ExtractVariables: docs/policies/ExtractVariables.md",
      "",
      "2 errors, 0 warnings.",
    ],
  },
  {
    mistake: "a boolean and a number",
    files: {
      [POLICY]: `<ServiceCallout name="Verify" enabled="ture">
  <Response>r</Response>
  <Timeout>soon</Timeout>
  <HTTPTargetConnection><URL>https://a.example.com</URL></HTTPTargetConnection>
</ServiceCallout>`,
    },
    answer: [
      'apiproxies/orders/apiproxy/policies/Verify.xml:1:1  warning  InvalidBoolean  The attribute "enabled" of <ServiceCallout> is "ture", not a boolean; it is read as if it were not there.',
      "    Did you mean true?",
      "apiproxies/orders/apiproxy/policies/Verify.xml:3:3  error  InvalidTimeoutValue  Invalid Timeout value soon",
      "    Write a number of milliseconds above zero; it cannot be a variable.",
      "What runs of ServiceCallout: docs/policies/ServiceCallout.md",
      "",
      "1 error, 1 warning.",
    ],
  },
];
