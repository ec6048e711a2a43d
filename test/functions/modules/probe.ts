/** Does what a test asks for, so that each test needs no module of its own. */

import { connect as connectSocket } from "cloudflare:sockets";
import * as platform from "cloudflare:workers";
import { get } from "node:https";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { Aliases, UserFacingError } from "@osdk/functions";
import { getFetch, getHttpsConnection, getSource, getSources } from "@palantir/functions-sources";

type Fetch = Awaited<ReturnType<typeof getFetch>>;

let kept: { fetch: Fetch; source: Awaited<ReturnType<typeof getSource>> } | undefined;
let counter = 0;

const answerOf = async (response: Response) => `${response.status} ${await response.text()}`;

const actions: Record<string, (text: string) => unknown> = {
  text: (text) => text,
  count: () => String(++counter),
  raw: async (url) => answerOf(await fetch(url)),
  "get source": async (name) => Object.keys((await getSource(name)).secrets).join(),
  "raw with headers": async (text) => {
    const { url, headers } = JSON.parse(text);
    return answerOf(await fetch(url, { headers }));
  },
  fetch: async (url) => answerOf(await (await getFetch(await getSource("things")))(url)),
  "fetch with headers": async (text) => {
    const { url, headers } = JSON.parse(text);
    return answerOf(await (await getFetch(await getSource("things")))(url, { headers }));
  },
  post: async (url) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("streamed"));
        controller.close();
      },
    });
    const send = await getFetch(await getSource("things"));
    return answerOf(await send(url, { method: "POST", body }));
  },
  path: async (path) => {
    const source = await getSource("things");
    return answerOf(await (await getFetch(source))(getHttpsConnection(source).url + path));
  },
  "raw path": async (path) => answerOf(await fetch(getHttpsConnection(await getSource("things")).url + path)),
  secrets: async (name) => JSON.stringify((await getSource(name)).secrets),
  sources: async () => Object.keys(await getSources()).join(),
  url: async (name) => getHttpsConnection(await getSource(name)).url,
  alias: (name) => Aliases.source(name).rid,
  credentials: async () => JSON.stringify(await (await getSource("things")).sessionCredentials?.get()),
  "user-facing": (text) => {
    throw new UserFacingError(text);
  },
  throw: (text) => {
    throw new TypeError(text);
  },
  "throw text": (text) => {
    throw text;
  },
  "throw undefined": () => {
    throw undefined;
  },
  "throw hostile": () => {
    throw Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("again");
      },
    });
  },
  "return long": (length) => "x".repeat(Number(length)),
  "throw long": (length) => {
    throw new Error("x".repeat(Number(length)));
  },
  "return undefined": () => undefined,
  "return function": () => () => 1,
  "return BigInt": () => 10n,
  "return cycle": () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    return cycle;
  },
  "return Response": () => new Response("x"),
  "return symbol": () => Symbol("x"),
  log: (text) => {
    console.log("%s and %o", text, { nested: text });
    console.error(new Error(text));
    process.stdout.write(`${text}\n`);
    return "logged";
  },
  "log text": (text) => {
    console.log(text);
    return "logged";
  },
  "log much": () => {
    for (let line = 0; line < 1100; line++) console.log("line", line);
    console.log("x".repeat(20_000));
    return "logged";
  },
  "log and wait": async (url) => {
    console.log("before");
    return answerOf(await fetch(url));
  },
  "log one long": () => {
    console.log("y".repeat(20_000));
    return "logged";
  },
  "reject unhandled": async (url) => {
    Promise.reject(new Error("nobody waits for this"));
    await fetch(url);
    return "went on";
  },
  keep: async () => {
    const source = await getSource("things");
    kept = { source, fetch: await getFetch(source) };
    return "kept";
  },
  "use kept fetch": async (url) => answerOf(await (kept as NonNullable<typeof kept>).fetch(url)),
  "use kept credentials": async () => JSON.stringify(await kept?.source.sessionCredentials?.get()),
  "fetch both": async (text) => {
    const send = await getFetch(await getSource("things"));
    const answers = [];
    for (const url of JSON.parse(text)) answers.push(await (await send(url)).text());
    return answers.join();
  },
  "keep and fetch": async (url) => {
    await actions.keep?.("");
    return answerOf(await (kept as NonNullable<typeof kept>).fetch(url));
  },
  variables: () => Object.keys(process.env).join(),
  import: async (name) => Object.keys(await import(name)).join(),
  "import the platform": () => Object.keys(platform).join(),
  require: (name) => Object.keys(createRequire("/")(name)).join(),
  "type of": (path) => typeof path.split(".").reduce<unknown>((at, name) => (at as never)[name], globalThis),
  "call the handler in": async (name) => {
    const { default: handler } = (await import(name)) as {
      default: { fetch(...given: unknown[]): Promise<Response> };
    };
    return answerOf(
      await handler.fetch(new Request("http://x/"), {}, { props: { parameters: ["text", "x"] } }),
    );
  },
  websocket: async (url) => answerOf(await fetch(url, { headers: { upgrade: "websocket" } })),
  "new WebSocket": (url) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url.replace("http", "ws"));
      socket.addEventListener("open", () => resolve("open"));
      socket.addEventListener("error", () => resolve("error"));
      socket.addEventListener("close", () => resolve("close"));
    }),
  socket: async (url) => {
    const socket = connectSocket(new URL(url).host);
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode("GET /status/200 HTTP/1.0\r\n\r\n"));
    const text = await new Response(socket.readable).text();
    return text.split("\r\n", 1)[0];
  },
  "tls socket": async (host) => {
    const socket = connectSocket(host, { secureTransport: "on", allowHalfOpen: false });
    await socket.opened;
    return "open";
  },
  "node socket": (url) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      socket.on("error", reject);
      socket.on("data", (data) => resolve(String(data).split("\r\n", 1)[0]));
      socket.write("GET /status/200 HTTP/1.0\r\n\r\n");
    }),
  "node https": (url) =>
    new Promise((resolve, reject) => {
      get(url, (response) => resolve(String(response.statusCode))).on("error", reject);
    }),
  eval: () => String(new Function("return 1")()),
};

export default async function probe(action: string, text?: string): Promise<string> {
  const act = actions[action];
  if (!act) throw new Error(`no action ${action}`);
  return (await act(text ?? "")) as string;
}
