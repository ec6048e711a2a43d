/** What functions import as `@palantir/functions-sources`. Foundry: "Make API calls from functions" (TypeScript v2). */
import { Agent } from "node:https";
import type { SourceFacts } from "../protocol.ts";
import { type Call, currentCall, declaredSource, notFound } from "./call.ts";
import { SessionError } from "./network-failures.ts";
import { checkCall, connectionOf, type Fetch, sourceFetch } from "./source-fetch.ts";

/** The calling user's credentials for a source. */
export interface OauthSessionCredentials {
  readonly type: "oauth";
  readonly accessToken: string;
  readonly expiration: Date;
}

export type SessionCredentials = OauthSessionCredentials;

/** A source that the function declares. */
export interface Source {
  /** The secrets by name, such as `source.secrets["MySecret"]`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Only on sources whose authentication is an outbound application. */
  readonly sessionCredentials?: { get(): Promise<SessionCredentials | undefined> };
}

class DeclaredSource implements Source {
  readonly secrets: Readonly<Record<string, string>>;
  readonly sessionCredentials?: { get(): Promise<SessionCredentials | undefined> };
  readonly #call: Call;
  readonly #name: string;
  readonly #facts: SourceFacts;

  constructor(call: Call, name: string, facts: SourceFacts) {
    this.#call = call;
    this.#name = name;
    this.#facts = facts;
    this.secrets = facts.secrets;
    if (facts.oauth) this.sessionCredentials = { get: () => this.#credentials() };
  }

  static parts(source: Source): { call: Call; name: string; facts: SourceFacts } {
    if (!(source instanceof DeclaredSource))
      throw new TypeError("Expected a source, as getSource returns it.");
    return { call: source.#call, name: source.#name, facts: source.#facts };
  }

  async #credentials(): Promise<SessionCredentials | undefined> {
    checkCall(this.#call);
    const answer = await this.#call.session.credentials(this.#name);
    if (answer === null) return undefined;
    if ("message" in answer) throw new SessionError(answer);
    const { accessToken, expiresAt } = answer;
    return { type: "oauth", accessToken, expiration: new Date(expiresAt) };
  }
}

/** A declared source by its alias or API name. Rejects with Foundry's text when the function declares none of that name. */
export async function getSource(name: string): Promise<Source> {
  const call = currentCall();
  const found = declaredSource(call, name);
  if (!found) throw notFound(call, name);
  return new DeclaredSource(call, found.name, found.facts);
}

/** All declared sources by the names in `config.sources`. */
export async function getSources(): Promise<Record<string, Source>> {
  const call = currentCall();
  return Object.fromEntries(
    Object.entries(call.sources).map(([name, facts]) => [name, new DeclaredSource(call, name, facts)]),
  );
}

/** The base URL of the source's one HTTPS connection, without a trailing slash. */
export function getHttpsConnection(source: Source): { url: string } {
  return connectionOf(DeclaredSource.parts(source).facts);
}

/** `fetch` with the source's authentication, certificates and egress policies. */
export async function getFetch(source: Source): Promise<Fetch> {
  const { call, name, facts } = DeclaredSource.parts(source);
  connectionOf(facts);
  return sourceFetch(call, name);
}

/**
 * An agent for clients that take one, such as axios as `httpsAgent`. Its requests are held to the egress policies
 * and carry no credentials of the source. Rejects for a source with a client certificate, which an agent cannot
 * present here.
 */
export async function getHttpAgent(source: Source): Promise<Agent> {
  const { name, facts } = DeclaredSource.parts(source);
  connectionOf(facts);
  if (facts.clientCertificate) {
    throw new Error(
      `The source '${name}' has a client certificate, which an HTTP agent cannot present here. Use getFetch.`,
    );
  }
  return new Agent();
}
