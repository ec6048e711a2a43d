import type { Caller } from "../credentials/caller.ts";
import { SecretError } from "../credentials/secrets/error.ts";
import { secretOf } from "../credentials/secrets/place.ts";
import type { SecretStore, Secrets } from "../credentials/secrets/store.ts";
import {
  CredentialsError,
  type OAuthCredentials,
  type UserCredentials,
} from "../credentials/user-credentials.ts";
import type { CallOrigin } from "../egress/audit/record.ts";
import type { Connection, OutboundCall, TimeLimit } from "../egress/call.ts";
import { Egress, type EgressOptions } from "../egress/egress.ts";
import { type EgressPolicy, portOf } from "../egress/egress-policy.ts";
import { EgressError } from "../egress/error.ts";
import type { NamedSource, SourceContext, SourceProblem } from "../egress/named-source.ts";
import { authenticate, CREDENTIALS_NOT_RESOLVED } from "./authenticate.ts";
import { onlyDomainOf, originOf } from "./connection.ts";
import { SourceError } from "./error.ts";
import { authenticationSecrets } from "./secret-names.ts";
import type { Source, SourceDomain } from "./source.ts";
import { compileSourcePolicy } from "./source-policy.ts";
import { boundConnection, type WayOut, wayOut } from "./way-out.ts";

/** What calls to sources are made with. */
export interface SourceCallServices extends Omit<EgressOptions, "policy"> {
  readonly secrets: Pick<SecretStore, "read">;
  /** Everything that the Worker is bound to: certificate bindings are among them. */
  readonly bindings: Readonly<Record<string, unknown>>;
  /** Who a request is from, and the tokens that users have granted; null where nobody is asked for consent. */
  readonly users: {
    identify(request: Request): Promise<Caller>;
    readonly credentials: UserCredentials;
  } | null;
}

/** Calls one source: with its authentication, through its client certificate, within its egress policies. */
export class SourceCalls implements NamedSource {
  readonly apiName: string;
  readonly origin: string;
  readonly #source: Source;
  readonly #environment: string;
  readonly #services: SourceCallServices;
  readonly #egress: Egress;
  readonly #way: WayOut;
  readonly #domain: SourceDomain;
  readonly #isShut: boolean;
  readonly #secretNames: readonly string[];

  /**
   * @param shut why all calls are refused for now; null when they are not
   * @param domain of the source; its only one by default. Throws `SourceError` when there is not exactly one
   */
  constructor(
    source: Source,
    environment: string,
    shut: SourceProblem | null,
    services: SourceCallServices,
    domain: SourceDomain = onlyDomainOf(source),
  ) {
    this.apiName = source.apiName;
    this.origin = originOf(domain);
    this.#source = source;
    this.#environment = environment;
    this.#services = services;
    this.#domain = domain;
    const { clientCertificateBinding: binding } = source;
    const internet =
      binding === null ? services.internet : certified(binding, services.bindings[binding], source.apiName);
    this.#isShut = shut !== null;
    const { connections, bindings } = services;
    this.#way = wayOut(source, environment, { internet, connections }, (name) => bindings[name]);
    this.#secretNames = [...authenticationSecrets(this.#domain), ...this.#way.secretNames];
    const policy = shut ? refusing(shut) : compileSourcePolicy([source]);
    this.#egress = new Egress({ ...services, policy, ...this.#way.outlets });
  }

  /** Spelled as the origin is; whatever else might mean the same is left to the environment's own policy. */
  owns(url: string): boolean {
    return url.startsWith(this.origin) && /^[/?#]?$/.test(url.charAt(this.origin.length));
  }

  async send(call: OutboundCall, context: SourceContext, limit: TimeLimit): Promise<Response> {
    if (!this.owns(call.url))
      throw new EgressError("invalid", `The URL is not one of the source ${this.apiName}.`);
    if (this.#isShut)
      return this.#egress.send({ ...call, by: withSource(call.by, this.apiName, null) }, limit, context);
    const reading = this.#services.secrets.read(this.#environment, this.apiName, this.#secretNames, context);
    // Where the user's token is not there, nobody waits for the secrets.
    if (reading instanceof Promise) reading.catch(() => {});
    const asUser = this.#domain.auth.type === "oauth2";
    // While this waits, the flow may go on and change its message.
    const request =
      reading instanceof Promise || asUser ? { ...call, headers: new Headers(call.headers) } : call;
    const user = asUser ? await this.#user(call, context) : null;
    const sent = await this.#authenticated(request, reading, user?.credentials ?? null, context);
    return this.#egress.send(
      { ...call, ...sent, by: withSource(call.by, this.apiName, user?.id ?? null) },
      limit,
      context,
    );
  }

  async #authenticated(
    request: OutboundCall,
    reading: Secrets | Promise<Secrets>,
    credentials: OAuthCredentials | null,
    context: SourceContext,
  ) {
    try {
      const secrets = reading instanceof Promise ? await reading : reading;
      if (context.conceal) {
        for (const secret of Object.values(secrets)) context.conceal(secret);
        if (credentials) context.conceal(credentials.accessToken);
      }
      const place = { environment: this.#environment, source: this.apiName };
      const secret = (name: string) => secretOf(secrets, { ...place, name });
      const { url, headers } = authenticate(this.#source, request, secret, credentials);
      return { url, headers, through: this.#way.through(secret) };
    } catch (error) {
      throw error instanceof SecretError || error instanceof SourceError
        ? this.#failed(error, request.by)
        : error;
    }
  }

  /** The calling user and their token. Rejects with CredentialsError for anybody else. */
  async #user({ by }: OutboundCall, { received }: SourceContext) {
    const { outboundApplication } = this.#source;
    const { users } = this.#services;
    if (users === null || outboundApplication === null) {
      throw this.#failed(new SourceError("CredentialsNotResolved", CREDENTIALS_NOT_RESOLVED), by);
    }
    const caller =
      received instanceof Request
        ? await users.identify(received).catch((cause) => {
            throw new CredentialsError(CREDENTIALS_NOT_RESOLVED, { cause });
          })
        : received;
    if (caller.kind !== "user") throw new CredentialsError(CREDENTIALS_NOT_RESOLVED);
    const { id } = caller;
    return { id, credentials: await users.credentials.get(outboundApplication, id, true) };
  }

  /** What is wrong with the configuration is for the log; the client learns that the call cannot be sent. */
  #failed(error: Error, by: OutboundCall["by"]): EgressError {
    const name = typeof by === "string" ? by : by.name;
    this.#services.log({
      level: "error",
      event: "source.failed",
      by: name,
      source: this.apiName,
      reason: error.message,
    });
    return new EgressError("invalid", error.message, error);
  }
}

function refusing({ message, remedy }: SourceProblem): EgressPolicy {
  return {
    check(url) {
      const { hostname: host, protocol, port } = new URL(url);
      return { host, port: portOf(protocol, port), reason: message.replace(/\.$/, ""), rule: null, remedy };
    },
  };
}

function withSource(by: OutboundCall["by"], source: string, user: string | null): CallOrigin | string {
  return typeof by === "string" ? by : { ...by, source, user };
}

function certified(name: string, binding: unknown, source: string): Connection {
  return boundConnection(
    binding,
    `The Worker has no binding ${name}, which presents the client certificate of the source ${source}. ` +
      "Add it to mtls_certificates in wrangler.toml.",
  );
}
