import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunningInProcess } from "../in-process.ts";
import { writeIn } from "../sortie.ts";
import { startServer } from "../upstream.ts";
import { folderWithPackages } from "./kit.ts";

const answering = (text: string) =>
  `export default function answer(): string { return ${JSON.stringify(text)}; }`;

const folder = folderWithPackages({
  "functions/answer/answer.ts": answering("first"),
  "functions/_shared/greeting.ts": 'export const greeting = "Hello";',
  "functions/greet/index.ts": `import type { DateISOString, Integer } from "@osdk/functions";
import { greeting } from "../_shared/greeting";
import { createHash } from "crypto";

interface Guest { readonly name: string; born?: DateISOString }

const greet = async (guests: Guest[], count: Integer = 1): Promise<{ text: string; digest?: string }> => ({
  text: guests.map(({ name, born = "some day" }) => \`\${greeting} \${name}, \${born}\`).join("; ").repeat(count),
  digest: createHash("md5").update("").digest("hex"),
});
export default greet;`,
  "functions/old/index.ts": `import { Integer, LocalDate, Query } from "@foundry/functions-api";
export class Old {
  #calls = 0;
  @Function()
  public later(day: LocalDate, days: Integer): LocalDate { this.#calls++; return day.plusDays(days); }
  @Query({ apiName: "count" })
  public counted(): Integer { return ++this.#calls; }
}`,
  "sources/things.yaml": `apiName: Things
configuration:
  type: rest
  domains: [{ scheme: HTTP, host: things.example.com }]
worker: { networkEgressPolicies: [{ address: things.example.com, port: 80 }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`,
  "environments/local/aliases.json": '{ "myThings": "Things" }',
  "functions/viaAlias/index.ts": `import { getSource, getHttpsConnection, getFetch } from "@palantir/functions-sources";
export const config = { sources: ["myThings"] };
export default async function viaAlias(): Promise<string> {
  const source = await getSource("myThings");
  const { url } = getHttpsConnection(source);
  const fetch = await getFetch(source);
  return (await fetch(url + "/v2")).text();
}`,
  "functions/viaSymbol/index.ts": `import { ExternalSystems } from "@foundry/functions-api";
import { Things } from "@foundry/external-systems/sources";
export class Calls {
  @ExternalSystems({ sources: [Things] })
  @Function()
  async viaSymbol(): Promise<string> {
    return (await Things.fetch(Things.getHttpsConnection().url + "/v1")).text();
  }
}`,
  "functions/client/index.ts": `import axios from "axios";
export default async function client(url: string): Promise<string> {
  try {
    const { data } = await axios.get(url);
    return data;
  } catch (error) {
    return axios.isAxiosError(error) ? \`\${error.response?.status} \${JSON.stringify(error.response?.data)}\` : String(error);
  }
}`,
});

let upstream: Awaited<ReturnType<typeof startServer>>;
let dev: RunningInProcess;
let url: string;

beforeAll(async () => {
  upstream = await startServer();
  const to = `things.example.com=http://127.0.0.1:${upstream.port}`;
  dev = new RunningInProcess(["dev", folder, "--port", "0", "--connect-to", to]);
  url = await dev.ready();
});
afterAll(async () => {
  await dev.stop();
  await upstream.stop();
});

async function execute(name: string, parameters: object = {}): Promise<unknown> {
  const response = await fetch(`${url}/_sortie/functions/${name}/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ parameters }),
  });
  const answer: unknown = await response.json();
  return response.ok ? (answer as { value: unknown }).value : answer;
}

describe("functions alone are an environment that can be served", () => {
  test("and are listed", () => {
    expect(dev.output).toMatch(/Sortie serves .* on http/);
    expect(dev.output).toMatch(/^ {2}\/_sortie\/functions\/count\/execute +function count$/m);
  });

  test("TypeScript v2, with a file of its own, a module of Node and its types", async () => {
    expect(
      await execute("greet", { guests: [{ name: "Ada", born: "1815-12-10" }, { name: "Bob" }] }),
    ).toEqual({
      text: "Hello Ada, 1815-12-10; Hello Bob, some day",
      digest: "d41d8cd98f00b204e9800998ecf8427e",
    });
    expect(await execute("greet", { guests: [{ name: "Ada", born: "yesterday" }] })).toMatchObject({
      errorName: "InvalidQueryParameterValue",
    });
  });

  test("TypeScript v1, with @Function() that is not imported, and nothing left in its class", async () => {
    expect(await execute("later", { day: "2026-02-27", days: 2 })).toBe("2026-03-01");
    expect(await execute("count")).toBe(1);
    expect(await execute("count")).toBe(1);
  });

  test("both versions call through the sources that they declare", async () => {
    expect([await execute("viaAlias"), await execute("viaSymbol")]).toEqual(["upstream", "upstream"]);
    expect(upstream.requests.map((request) => request.url)).toEqual(["/v2", "/v1"]);
  });

  test("axios goes through its client for Node, and gets nowhere without a source", async () => {
    expect(await execute("client", { url: "http://stranger.example.com/" })).toMatch(
      /^407 .*stranger\.example\.com/s,
    );
  });
});

test("a function that fails is logged with the places in its own files", async () => {
  await execute("greet", { guests: [{ name: "Nobody" }], count: -1 });
  await dev.prints(
    /^\[failed\] greet: RangeError: Invalid count value: -1\n(?: {4}at .*<anonymous>\)?\n)? {4}at greet \(functions\/greet\/index\.ts:8:96\)$/m,
  );
});

describe("changes of functions are published at once", () => {
  const answers = (text: string) => expect.poll(() => execute("answer")).toBe(text);

  test("of the entry file and of what it imports", async () => {
    await answers("first");
    writeIn(folder, "functions/answer/answer.ts", answering("second"));
    await answers("second");
    await dev.prints(/^changed function answer$/m);
    writeIn(folder, "functions/answer/text.ts", 'export const text = "third";');
    writeIn(
      folder,
      "functions/answer/answer.ts",
      'import { text } from "./text"; export default (): string => text;',
    );
    await answers("third");
    writeIn(folder, "functions/answer/text.ts", 'export const text = "fourth";');
    await answers("fourth");
  });

  test("with an error, the last good state goes on serving", async () => {
    const before = dev.output.length;
    writeIn(folder, "functions/answer/text.ts", "export const text = eval('1');");
    await dev.prints(
      /text\.ts:1:21 {2}error {2}DynamicCode[\s\S]*The last good state goes on serving/,
      before,
    );
    await answers("fourth");
    writeIn(folder, "functions/answer/text.ts", 'export const text = "fifth";');
    await answers("fifth");
  });
});
