/**
 * A server that answers what a test has told it to: an authorization server's endpoints, or an issuer's documents.
 * KEY is any name a test makes up for itself.
 *
 * | request | |
 * |---|---|
 * | `PUT /script/KEY` | takes the answers as JSON (see {@link ScriptedAnswer}), the last of which repeats, and forgets calls |
 * | `GET /calls/KEY` | the calls so far as JSON (see {@link ScriptedCall}) |
 * | `GET /arrived/KEY?count=N` | nothing until N calls have come in |
 * | `POST /release/KEY` | lets answers that are held go |
 * | any other to `/KEY…` | the next answer |
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { json, text } from "node:stream/consumers";

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Whether it waits to be released. */
  readonly isHeld?: boolean;
  /** Whether its body never ends. */
  readonly isEndless?: boolean;
}

export interface ScriptedCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly body: string;
}

interface Script {
  readonly answers: readonly ScriptedAnswer[];
  readonly calls: ScriptedCall[];
  waiting: { count: number; open(): void }[];
  readonly released: Promise<void>;
  release(): void;
}

export function scriptedServer(): Server {
  const scripts = new Map<string, Script>();
  return createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://test");
    const [, first = "", second = ""] = url.pathname.split("/");
    if (request.method === "PUT") {
      scripts.set(second, newScript((await json(request)) as ScriptedAnswer[]));
      response.end();
      return;
    }
    const script = scripts.get(["calls", "arrived", "release"].includes(first) ? second : first);
    if (!script) response.writeHead(404).end("nobody has written this script");
    else if (first === "calls") response.end(JSON.stringify(script.calls));
    else if (first === "arrived") await arrived(script, Number(url.searchParams.get("count")), response);
    else if (first === "release") {
      script.release();
      response.end();
    } else await play(script, request, response);
  });
}

function newScript(answers: readonly ScriptedAnswer[]): Script {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  return { answers, calls: [], waiting: [], released, release };
}

async function arrived(script: Script, count: number, response: ServerResponse): Promise<void> {
  if (script.calls.length < count) {
    await new Promise<void>((open) => script.waiting.push({ count, open }));
  }
  response.end();
}

async function play(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = script.answers[script.calls.length] ?? script.answers.at(-1) ?? {};
  const { method = "", url: path = "", headers } = request;
  const body = await text(request);
  script.calls.push({ method, path, authorization: headers.authorization ?? null, body });
  const due = script.waiting.filter(({ count }) => script.calls.length >= count);
  script.waiting = script.waiting.filter((each) => !due.includes(each));
  for (const { open } of due) open();
  if (answer.isHeld) await script.released;
  const content = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {});
  response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
  response.write(content);
  if (!answer.isEndless) response.end();
}
