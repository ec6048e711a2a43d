import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../src/xml/report.ts";
import { get, RunningSortie, sortie } from "../cli/sortie.ts";
import { startServer, type Upstream } from "../cli/upstream.ts";

/** A folder of bundles that other people published, one folder for each. */
const corpus = process.env.SORTIE_CORPUS;

/** Errors beside unknown policies: what an environment has to set, and what Workers cannot do. */
const nameable = ["FAILED_PRECONDITION", "IgnoreValidationErrorsNotSupported", "TargetServerMissing"];

/** The hosts of the URLs in a bundle, but for those of namespaces and licences. */
function hostsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
  const hosts = texts.flatMap((text) =>
    [...text.matchAll(/https?:\/\/([a-z0-9.-]+)/g)].map(([, host]) => host ?? ""),
  );
  return [...new Set(hosts)].filter((host) => !/(?:^|\.)(?:w3|apache)\.org$/.test(host));
}

describe.skipIf(corpus === undefined)("published bundles", () => {
  const folders = corpus === undefined ? [] : readdirSync(corpus, { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  let upstream: Upstream;

  /** Serves a bundle with every host that it names connected to the upstream server. */
  function serve(name: string): RunningSortie {
    const folder = join(corpus ?? "", name);
    const to = `http://127.0.0.1:${upstream.port}`;
    const connections = hostsIn(folder).map((host) => `--connect-to=${host}=${to}`);
    return new RunningSortie(["dev", folder, "--port", "0", ...connections]);
  }

  beforeAll(async () => {
    upstream = await startServer('[{ "lat": "48.1", "lon": "11.5" }]', "application/json");
  });
  afterAll(() => upstream?.stop());

  test.each(names)("%s is served, or what is missing is named", async (name) => {
    const { stdout } = await sortie(["check", "--json", join(corpus ?? "", name)]);
    const problems: Problem[] = JSON.parse(stdout);
    const errors = problems.filter(({ severity }) => severity === "error");
    for (const { code, message } of errors) {
      if (code === "UnknownPolicyType") expect(message).toMatch(/The policy type \w+ is not supported\./);
      else expect(nameable).toContain(code);
    }
    if (errors.length > 0) return;
    const dev = serve(name);
    try {
      const url = await dev.ready();
      // A shared flow alone cannot name the service account that it needs.
      if (dev.output.includes("Nothing is served")) return expect(dev.output).toContain("--google-issuer");
      const basePath = /^ {2}(\/\S*) /m.exec(dev.output)?.[1];
      const { status, text } = await get(url + basePath);
      expect({ status, text }).not.toMatchObject({ status: 404 });
      expect(text).not.toContain('"sortie.');
    } finally {
      await dev.stop();
    }
  });

  test("composite-api finds a place by one service and asks another for the weather there", async () => {
    const dev = serve("googlecloudplatform--composite-api");
    try {
      const url = await dev.ready();
      upstream.requests.length = 0;
      expect((await get(`${url}/v1/samples/composite-api/temperature?near=Munich`)).status).toBe(200);
      expect(upstream.requests.map(({ headers, url: path }) => `${headers.host}${path}`)).toEqual([
        "geocode.maps.co/search?q=Munich",
        "api.open-meteo.com/v1/forecast?latitude=48.1&longitude=11.5&current=temperature",
      ]);
    } finally {
      await dev.stop();
    }
  });
});
