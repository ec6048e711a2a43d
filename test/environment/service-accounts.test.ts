import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { withDefaultServiceAccount } from "../../src/environment/service-accounts.ts";
import { filesOf, plainProxy, sharedFlow, type TestFiles } from "./deployed.ts";

const account = "callouts@my-project.iam.gserviceaccount.com";
const other = "other@my-project.iam.gserviceaccount.com";
const authentication =
  "<Authentication><GoogleAccessToken><Scopes><Scope>s</Scope></Scopes></GoogleAccessToken></Authentication>";

/** A proxy of that name and revision 7 with one policy in its request flow, and perhaps a target. */
function proxy(name: string, policy: string, target = ""): TestFiles {
  const folder = `apiproxies/${name}/apiproxy`;
  return {
    ...plainProxy(name, "7"),
    [`${folder}/policies/P.xml`]: policy,
    [`${folder}/proxies/default.xml`]: `<ProxyEndpoint name="default">
      <PreFlow><Request><Step><Name>P</Name></Step></Request></PreFlow>
      <HTTPProxyConnection><BasePath>/${name}</BasePath></HTTPProxyConnection>
      <RouteRule name="r">${target && "<TargetEndpoint>t</TargetEndpoint>"}</RouteRule></ProxyEndpoint>`,
    ...(target && { [`${folder}/targets/t.xml`]: `<TargetEndpoint name="t">${target}</TargetEndpoint>` }),
  };
}

const connection = `<HTTPTargetConnection>${authentication}<URL>https://a.example</URL></HTTPTargetConnection>`;
const callout = `<ServiceCallout name="P"><Response>r</Response>${connection}</ServiceCallout>`;
const assign = `<AssignMessage name="P"><Set>${authentication}</Set></AssignMessage>`;
const plain = '<AssignMessage name="P"><Set><Path>/x</Path></Set></AssignMessage>';

const deployments = (json: object): TestFiles => ({
  "environments/test/deployments.json": JSON.stringify(json),
});

function check(files: TestFiles, adjust = (model: ReturnType<typeof readEnvironment>) => model) {
  const report = new Report();
  const model = adjust(readEnvironment(filesOf(files), "test", report));
  checkEnvironment(model, report, "my-org");
  return { model, problems: report.problems };
}

describe("a deployment that needs a service account and has none is refused", () => {
  test.each([
    ["ServiceCallout", proxy("a", callout), "policies/P.xml"],
    ["AssignMessage", proxy("a", assign), "policies/P.xml"],
    ["TargetEndpoint", proxy("a", plain, connection), "targets/t.xml"],
  ])("%s", (_, files, file) => {
    const { problems } = check(files);
    expect(problems).toMatchObject([
      {
        code: "FAILED_PRECONDITION",
        severity: "error",
        file: `apiproxies/a/apiproxy/${file}`,
        message:
          'Deployment of "organizations/my-org/apis/a/revisions/7" requires a service account identity, but one was not provided with the request.',
        remedy:
          'Name one for a in environments/test/deployments.json: "serviceAccount": "NAME@PROJECT.iam.gserviceaccount.com". On this machine, sortie dev --google-issuer gives it one.',
      },
    ]);
  });

  test("also when a shared flow is what needs it", () => {
    const files = {
      ...proxy("a", '<FlowCallout name="P"><SharedFlowBundle>s</SharedFlowBundle></FlowCallout>'),
      ...sharedFlow("s", "x"),
      "sharedflows/s/sharedflowbundle/policies/FC-Next.xml": callout.replace('"P"', '"FC-Next"'),
    };
    const codes = (changed: TestFiles) => check({ ...files, ...changed }).problems.map(({ code }) => code);
    expect(codes({})).toEqual(["FAILED_PRECONDITION"]);
    expect(check(files).problems[0]?.file).toBe("sharedflows/s/sharedflowbundle/policies/FC-Next.xml");
    const named = (serviceAccount: object) =>
      deployments({ proxies: ["a"], sharedflows: [{ name: "s", ...serviceAccount }] });
    expect(codes(named({}))).toEqual(["FAILED_PRECONDITION"]);
    expect(codes(named({ serviceAccount: account }))).toEqual([]);
  });
});

describe("a deployment is accepted", () => {
  test.each([
    ["without a service account when nothing needs one", proxy("a", plain), {}],
    [
      "with a service account of the proxy",
      proxy("a", callout),
      { proxies: [{ name: "a", serviceAccount: account }] },
    ],
    [
      "with the environment's default",
      proxy("a", callout),
      { proxies: ["a"], defaultServiceAccount: account },
    ],
  ])("%s", (_, files, json) => {
    expect(check({ ...files, ...(Object.keys(json).length > 0 && deployments(json)) }).problems).toEqual([]);
  });

  test("with the service account that a command gives to whatever has none", () => {
    const files = { ...proxy("a", callout), ...deployments({ proxies: ["a"] }) };
    expect(check(files, (model) => withDefaultServiceAccount(model, account)).problems).toEqual([]);
  });
});

test.each(["someone@example.com", "", "not an address"])(
  "the service account %j is refused",
  (serviceAccount) => {
    const files = { ...proxy("a", callout), ...deployments({ proxies: [{ name: "a", serviceAccount }] }) };
    expect(check(files).problems).toMatchObject([
      {
        code: "PERMISSION_DENIED",
        severity: "error",
        file: "environments/test/deployments.json",
        message: `${JSON.stringify(serviceAccount)} is not a Google service account.`,
      },
    ]);
  },
);

describe("the deployed document", () => {
  const options = { organization: "o", now: new Date(0), advice: "list" } as const;
  const planned = (json: object, previous: Parameters<typeof planDeployment>[1] = null) => {
    const files = { ...plainProxy("a"), ...plainProxy("b"), ...sharedFlow("s"), ...deployments(json) };
    return planDeployment(check(files).model, previous, options);
  };
  const all = { proxies: ["a", "b"], sharedflows: ["s"] };

  test("names the service account of each bundle", async () => {
    const { document } = await planned({
      ...all,
      proxies: ["a", { name: "b", serviceAccount: account }],
      defaultServiceAccount: other,
    });
    expect(document.proxies.all.map(({ serviceAccount }) => serviceAccount)).toEqual([other, account]);
    expect(document.sharedFlows.map(({ serviceAccount }) => serviceAccount)).toEqual([null]);
  });

  test("changes with it", async () => {
    const { document } = await planned(all);
    const { changes } = await planned(
      { ...all, proxies: ["a", { name: "b", serviceAccount: account }] },
      document,
    );
    expect(changes.filter(({ kind }) => kind !== "unchanged")).toEqual([
      { kind: "changed", what: "proxy b" },
    ]);
  });
});
