import { endpoint, type Mistake, POLICY, SERVERS, TARGET } from "./mistake.ts";

/** Mistakes in what bundles refer to, and in the files beside them. */
export const environmentMistakes: readonly Mistake[] = [
  {
    mistake: "a template function that is misspelt",
    files: {
      [POLICY]: `<AssignMessage name="Verify">
  <Set><Verb>{toUppercase(verb)}</Verb></Set>
</AssignMessage>`,
    },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:2:8  warning  UnknownFunction  The message template calls toUppercase, and there is no such function: the call stays in the text as it is written.",
      "    Did you mean toUpperCase? Otherwise take the call out, or call one that “Message templates” lists.",
      "What runs of AssignMessage: docs/policies/AssignMessage.md",
      "",
      "0 errors, 1 warning.",
    ],
  },
  {
    mistake: "a target server by a wrong name",
    files: {
      [TARGET]: `<TargetEndpoint name="default">
  <HTTPTargetConnection>
    <LoadBalancer><Server name="bakend"/></LoadBalancer>
  </HTTPTargetConnection>
</TargetEndpoint>`,
    },
    answer: [
      "apiproxies/orders/apiproxy/targets/default.xml:3:19  error  TargetServerMissing  There is no target server bakend in the environment test.",
      "    Did you mean backend? Otherwise add it to environments/test/targetservers.json, or give sortie dev --target-server bakend=URL.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a target server in a file that is not JSON",
    files: {
      [TARGET]: `<TargetEndpoint name="default">
  <HTTPTargetConnection>
    <LoadBalancer><Server name="backend"/></LoadBalancer>
  </HTTPTargetConnection>
</TargetEndpoint>`,
      [SERVERS]: `[
  { "name": "backend", "host": "backend.example.com" "port": 443 }
]
`,
    },
    answer: [
      'environments/test/targetservers.json:2:54  error  InvalidJSON  The file is not JSON: there is "port" where a comma belongs.',
      "    Write a comma between two entries.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "fields of a target server",
    files: {
      [SERVERS]: `[
  {
    "name": "backend",
    "hst": "backend.example.com",
    "port": 70000,
    "protocol": "GRCP"
  }
]
`,
    },
    answer: [
      'environments/test/targetservers.json:2:3  error  InvalidTargetServer  The field "host" of a target server is missing.',
      '    Add "host".',
      'environments/test/targetservers.json:4:12  warning  UnknownField  The field "hst" of a target server is not known and has no effect.',
      "    Did you mean host? Otherwise take it out.",
      'environments/test/targetservers.json:5:13  error  InvalidTargetServer  The field "port" of a target server cannot be 70000.',
      "    Write a port from 1 to 65535.",
      'environments/test/targetservers.json:6:17  error  InvalidTargetServer  The field "protocol" of a target server cannot be "GRCP".',
      "    Did you mean GRPC?",
      "",
      "3 errors, 1 warning.",
    ],
  },
  {
    mistake: "a shared flow by a wrong name",
    files: {
      [POLICY]: `<FlowCallout name="Verify">
  <SharedFlowBundle>comon</SharedFlowBundle>
</FlowCallout>`,
      "sharedflows/common/sharedflowbundle/common.xml": '<SharedFlowBundle name="common"/>',
      "sharedflows/common/sharedflowbundle/sharedflows/default.xml": '<SharedFlow name="default"/>',
    },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:1:1  warning  SharedFlowNotFound  The shared flow comon is not deployed; calling it fails with flow.SharedFlowNotFound.",
      "    Did you mean common? Otherwise add the shared flow to the environment.",
      "What runs of FlowCallout: docs/policies/FlowCallout.md",
      "",
      "0 errors, 1 warning.",
    ],
  },
  {
    mistake: "a bundle that deployments.json leaves out, and one that it misspells",
    files: {
      "environments/test/deployments.json": `{
  "proxies": ["ordres"]
}
`,
    },
    answer: [
      "environments/test/deployments.json:2:14  note  NotDeployed  deployments.json does not name everything in apiproxies/, and leaves out orders.",
      '    Add it to "proxies" if it is meant to be deployed.',
      "environments/test/deployments.json:2:15  error  BundleNotFound  ordres is to be deployed, but there is no apiproxies/ordres.",
      "    Did you mean orders? Otherwise add the bundle, or take its name out.",
      "",
      "1 error, 0 warnings, 1 note.",
    ],
  },
  {
    mistake: "a bundle's folder by a wrong name",
    files: { "apiproxies/carts/apiproxi/carts.xml": '<APIProxy name="carts"/>' },
    answer: [
      "apiproxies/carts:1:1  error  BundleMissing  There is neither an apiproxy nor a sharedflowbundle folder.",
      "    Rename the folder apiproxi to apiproxy.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "two proxies on one base path",
    files: {
      "apiproxies/carts/apiproxy/carts.xml": '<APIProxy name="carts"/>',
      "apiproxies/carts/apiproxy/proxies/default.xml": endpoint("", { target: "" }),
    },
    answer: [
      "apiproxies/orders/apiproxy/proxies/default.xml:1:1  error  BasePathConflict  The base path /orders is already that of the proxy carts.",
      "    Give one of them another base path.",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a function that is not there",
    files: {
      [POLICY]: `<FunctionCallout name="Verify">
  <Function>shipingDays</Function>
</FunctionCallout>`,
      "functions/shippingDays/index.ts": `export default async function shippingDays(country: string): Promise<number> {
  return country.length;
}
`,
    },
    answer: [
      "apiproxies/orders/apiproxy/policies/Verify.xml:2:3  error  FunctionNotFound  There is no function shipingDays in the environment test.",
      "    Did you mean shippingDays? Otherwise add functions/shipingDays/ to the environment.",
      "What runs of FunctionCallout: docs/policies/FunctionCallout.md",
      "",
      "1 error, 0 warnings.",
    ],
  },
  {
    mistake: "a function with a syntax error",
    files: {
      [POLICY]: `<FunctionCallout name="Verify">
  <Function>shippingDays</Function>
</FunctionCallout>`,
      "functions/shippingDays/index.ts": `export default async function shippingDays(country: string): Promise<number> {
  return country.length;;}
}
`,
    },
    answer: [
      "functions/shippingDays/index.ts:3:1  error  SyntaxError  The code cannot be read: unexpected token.",
      "    Look here and just before: often a bracket, a comma or a quote is missing, or is one too many.",
      "",
      "1 error, 0 warnings.",
    ],
  },
];
