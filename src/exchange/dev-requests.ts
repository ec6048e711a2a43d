import { type Fault, faultType } from "../flow/fault.ts";
import { isDeveloper } from "./dev-caller.ts";
import type { CallFacts, FaultFacts } from "./fault-facts.ts";
import { refuse } from "./refusal.ts";
import { RequestFacts } from "./request-facts.ts";

/** What `sortie dev` says to the gateway that it starts: JSON in the binding `DEV`. */
export interface DevSettings {
  /** The names that requests may ask for in their Host header, as URLs have them: `[::1]`. */
  readonly hosts: readonly string[];
  /** Whether each request gets a line. */
  readonly requests: boolean;
}

/** The line of the log about a request. */
export interface RequestLine {
  readonly event: "request";
  readonly method: string;
  /** Without query, which may hold secrets. */
  readonly path: string;
  readonly proxy: string | null;
  readonly status: number;
  /** Until the answer began, in milliseconds. */
  readonly ms: number;
  readonly faults: readonly Omit<FaultFacts, "call">[];
  readonly calls: readonly CallFacts[];
}

/**
 * What a gateway on a developer's machine does with each request besides serving it: it refuses hosts that nobody
 * named, because a page elsewhere can have its own name point to this machine, and writes a line.
 */
export class DevRequests {
  /** Of every client: `sortie dev` listens on this machine alone. */
  readonly clientIp = "127.0.0.1";
  readonly #settings: DevSettings;
  readonly #print: (line: RequestLine) => void;
  readonly #token: string | undefined;
  readonly #facts = new WeakMap<Request, RequestFacts>();

  /** @param token of the command that started the gateway, whose own requests get no line */
  constructor(settings: DevSettings, token: string | undefined, print: (line: RequestLine) => void) {
    this.#settings = settings;
    this.#token = token;
    this.#print = print;
  }

  /** @param next serves the request */
  async serve(request: Request, next: () => Response | Promise<Response>): Promise<Response> {
    if (isDeveloper(request, this.#token)) return next();
    const facts = new RequestFacts();
    this.#facts.set(request, facts);
    const start = Date.now();
    let status = 500;
    try {
      const response = this.#mayAsk(request) ? await next() : this.refuse(hostNotAllowed(), request);
      ({ status } = response);
      return response;
    } finally {
      const { proxy, faults, calls } = facts;
      const { method } = request;
      const path = pathOf(request.url);
      const ms = Date.now() - start;
      if (this.#settings.requests) {
        this.#print({ event: "request", method, path, proxy, status, ms, faults, calls });
      }
    }
  }

  /** The answer to a request that no proxy could take, whose line says why. */
  refuse(fault: Fault, request: Request): Response {
    this.factsOf(request)?.fault(fault);
    return refuse(fault, request);
  }

  /** Where to note what happens to a request that is being served. */
  factsOf(request: Request): RequestFacts | null {
    return this.#facts.get(request) ?? null;
  }

  #mayAsk({ headers }: Request): boolean {
    const name = URL.parse(`http://${headers.get("host") ?? ""}`)?.hostname;
    return name !== undefined && this.#settings.hosts.includes(name);
  }
}

/** What was asked for, also with a host that makes no URL of it. */
function pathOf(url: string): string {
  const path = URL.parse(url)?.pathname ?? url.replace(/[?#].*/, "");
  return /^\w+:\/\/[^/]*$/.test(url) ? "*" : path.replace(/^\w+:\/\/[^/]*/, "");
}

/** Not Apigee's: a gateway on a developer's machine was asked for a host that nobody named. */
export const hostNotAllowed = faultType(
  "sortie.HostNotAllowed",
  421,
  () => "This gateway answers for localhost only, and for what sortie dev --allow-host names",
);
