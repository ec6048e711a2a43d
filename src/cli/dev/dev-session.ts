import { randomBytes } from "node:crypto";
import { generateKeys, type PublicKey, readPublicKey } from "../../credentials/secrets/keys.ts";
import { secretKey } from "../../credentials/secrets/place.ts";
import { sealSecret } from "../../credentials/secrets/seal.ts";
import { type DeploymentPlan, planDeployment } from "../../environment/deployment.ts";
import { servedPaths } from "../../environment/document.ts";
import { entriesBesideEnvironment } from "../../environment/initial-entries.ts";
import type { EnvironmentFiles, EnvironmentModel } from "../../environment/read-environment.ts";
import type { PublishedFunction } from "../../functions/published-function.ts";
import type { Webhook } from "../../webhooks/file-schema.ts";
import { checkedEnvironment } from "../check/checked-environment.ts";
import { readPaths } from "../check/environment-folder.ts";
import type { Mount } from "../check/mount.ts";
import { formatProblems } from "../check/print-problems.ts";
import { withProxiesForSharedFlows } from "../check/shared-flow-proxy.ts";
import { toldOf } from "../command-failure.ts";
import { freePort } from "../loopback.ts";
import { DevSecrets, type SecretValues } from "../secret/dev-secrets.ts";
import { allowedInDev, type DevSettings, withDevSettings, withIdentity, withinTime } from "./dev-settings.ts";
import { FrontDoor } from "./front-door.ts";
import { IdentityProvider } from "./identity-provider.ts";
import { loadProblems } from "./load-problems.ts";
import { LocalGateway } from "./local-gateway.ts";
import { formatWorkerLog } from "./print-worker-log.ts";
import { unnamedHosts } from "./unnamed-hosts.ts";
import { type FileWatch, watchFiles } from "./watch-files.ts";

export interface DevSessionOptions extends DevSettings {
  readonly paths: readonly string[];
  readonly environment: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether the calls of flows are printed, too; those of functions always are. */
  readonly showsCalls: boolean;
  /** Whether each request is printed. */
  readonly showsRequests: boolean;
  /** Names of this machine, beside those of `localhost`, that requests may ask for. */
  readonly hosts: readonly string[];
  /** Secrets by source and name. */
  readonly secretsOf: SecretValues;
  /** Where `sortie secret` keeps those of this machine, which win over `secretsOf`; it need not be there. */
  readonly secretsFolder: string;
  /** What functions may take at most, also where their own limit is longer. Milliseconds. */
  readonly longestCallMs?: number;
}

/** The tokens of users are sealed with a new key each time: a gateway on this machine keeps none. */
const SEALING_KEY_BYTES = 32;

/**
 * One run of `sortie dev`: the files are checked and deployed to a gateway on this machine, again after each
 * change. While they have errors, the gateway goes on with the last good state; at the start that is nothing.
 */
export class DevSession {
  readonly #options: DevSessionOptions;
  readonly #gateway: LocalGateway;
  /** For environments that name no issuer of their own. */
  readonly #identityProvider: IdentityProvider;
  /** Seals secrets for the gateway, which alone has the other key. */
  readonly #secretsKey: PublicKey;
  #deployed: DeploymentPlan["document"] | null = null;
  /** True when the files on disk are not what is served. */
  #behind = true;
  /** Of hosts that no file names, as they were printed last. */
  #hostWarnings = "";
  /** Of the functions that are served, by name. */
  readonly #sourceMaps: Map<unknown, string>;
  #watching: FileWatch | null = null;
  #watchingSecrets: FileWatch | null = null;
  #door: FrontDoor | null = null;

  private constructor(
    options: DevSessionOptions,
    gateway: LocalGateway,
    sourceMaps: Map<unknown, string>,
    identityProvider: IdentityProvider,
    secretsKey: PublicKey,
  ) {
    this.#options = options;
    this.#sourceMaps = sourceMaps;
    this.#gateway = gateway;
    this.#identityProvider = identityProvider;
    this.#secretsKey = secretsKey;
  }

  /** Resolves when the gateway serves, or waits for an edit. Rejects with {@link CommandFailure}. */
  static async start(options: DevSessionOptions): Promise<DevSession> {
    const { mounts } = readPaths(options.paths);
    const { environment, connections, google, hosts, port } = options;
    // One that is in use is said at once; a free one is taken when it is opened, and nobody can take it meanwhile.
    if (port !== 0) await freePort(port);
    const sourceMaps = new Map<unknown, string>();
    const calls = options.showsCalls ? "all" : "of functions";
    const log = (line: { level: string; message: string }) => {
      const text = formatWorkerLog(line, calls, (name) => sourceMaps.get(name));
      if (text !== null) console.error(text);
    };
    const { publicJwk, privateJwk } = await generateKeys();
    const gateway = await LocalGateway.start({
      environment,
      hosts,
      requestLines: options.showsRequests,
      connections,
      secrets: {
        ...google.secrets,
        SECRETS_KEY: privateJwk,
        SEALING_KEY: randomBytes(SEALING_KEY_BYTES).toString("base64"),
      },
      log,
    });
    const secretsKey = await readPublicKey(publicJwk, "secrets-key.json");
    const provider = await IdentityProvider.start(port === 0 ? 0 : port + 1);
    const session = new DevSession(options, gateway, sourceMaps, provider, secretsKey);
    try {
      session.#watchingSecrets = watchFiles([options.secretsFolder], () => session.#updateSecrets());
      await session.#watchingSecrets.ready;
      await session.#updateSecrets();
      const watched = mounts.flatMap((mount) => mount.watched);
      session.#watching = watchFiles(watched, () => session.#update());
      await session.#watching.ready;
      await session.#update();
      // Before there is something to serve, nobody can connect.
      session.#door = await FrontDoor.open(port, gateway.port);
    } catch (error) {
      await session.stop();
      throw error;
    }
    return session;
  }

  get url(): string {
    return `http://localhost:${this.#door?.port ?? this.#options.port}`;
  }

  /** What is served: base paths and their proxies. */
  get routes(): readonly { readonly basePath: string; readonly proxy: string }[] {
    return this.#deployed ? servedPaths(this.#deployed) : [];
  }

  /** The functions that are served; null while nothing is. */
  get functions(): readonly PublishedFunction[] | null {
    return this.#deployed?.functions ?? null;
  }

  /** The webhooks that are served. */
  get webhooks(): readonly Webhook[] {
    return this.#deployed?.webhooks ?? [];
  }

  /** What is served of an ontology: where, and what it is. */
  get ontology(): readonly (readonly [path: string, what: string])[] {
    const { ontology } = this.#deployed ?? {};
    if (!ontology) return [];
    const api = ["/_sortie/api/v2/ontologies/ontology", "ontology"] as const;
    const hasActions = Object.keys(ontology.actionTypes).length > 0;
    return hasActions ? [["/_sortie/actions", "actions (a page)"], api] : [api];
  }

  /** Executes a function for a user, or for nobody; see {@link LocalGateway.execute}. */
  execute(...call: Parameters<LocalGateway["execute"]>): ReturnType<LocalGateway["execute"]> {
    return this.#gateway.execute(...call);
  }

  /**
   * Where one can sign in as anybody; null when the environment names an issuer of its own, or nothing that is
   * served asks who calls.
   */
  get identityProvider(): string | null {
    const { identity, functions = [], webhooks = [], outboundApplications = [] } = this.#deployed ?? {};
    const asking = [...functions, ...webhooks, ...outboundApplications, ...this.ontology];
    const { issuer } = this.#identityProvider;
    return identity?.issuer === issuer && asking.length > 0 ? issuer : null;
  }

  async stop(): Promise<void> {
    await this.#watching?.close();
    await this.#watchingSecrets?.close();
    await this.#door?.close();
    await this.#gateway.stop();
    await this.#identityProvider.stop();
  }

  /** Hands over the secrets that are set now; prints why it cannot. Never rejects. */
  async #updateSecrets(): Promise<void> {
    const { environment, secretsOf, secretsFolder } = this.#options;
    try {
      const sealed = new Map<string, string>();
      for (const values of [secretsOf, await new DevSecrets(secretsFolder).open()]) {
        for (const [source, secrets] of Object.entries(values)) {
          for (const [name, value] of Object.entries(secrets)) {
            const place = { environment, source, name };
            sealed.set(secretKey(place), await sealSecret(place, value, this.#secretsKey));
          }
        }
      }
      await this.#gateway.setSecrets(sealed);
    } catch (error) {
      console.error(toldOf(error));
    }
  }

  /** Deploys what the files say now; prints what is wrong with them. Never rejects. */
  async #update(): Promise<void> {
    try {
      const good = await this.#goodModel();
      this.#behind = !(good && (await this.#deploy(good.model, good.mounts)));
    } catch (error) {
      this.#behind = true;
      console.error(toldOf(error));
    }
    if (this.#behind) {
      console.error(
        this.#deployed
          ? "The last good state goes on serving."
          : "Nothing is served until this is put right.",
      );
    }
  }

  async #goodModel(): Promise<{ model: EnvironmentModel; mounts: readonly Mount[] } | null> {
    const folder = readPaths(this.#options.paths);
    this.#watching?.add(folder.mounts.flatMap(({ watched }) => watched));
    const { model, problems, failed, code } = await checkedEnvironment(
      folder,
      this.#options.environment,
      (model) =>
        withProxiesForSharedFlows(
          withIdentity(withDevSettings(model, this.#options), this.#identityProvider.settings),
        ),
    );
    this.#watching?.add(code);
    if (problems.length > 0) process.stderr.write(`\n${formatProblems(problems, process.stderr)}`);
    this.#warnOfHosts(folder.files);
    return failed ? null : { model: withinTime(model, this.#options.longestCallMs), mounts: folder.mounts };
  }

  /** Once, and again when other hosts are named than before. */
  #warnOfHosts(files: EnvironmentFiles): void {
    const warnings = unnamedHosts(this.#options, files).join("\n");
    if (warnings !== "" && warnings !== this.#hostWarnings) console.error(`\n${warnings}`);
    this.#hostWarnings = warnings;
  }

  /** Resolves with whether the files on disk are served now; prints why not. */
  async #deploy(model: EnvironmentModel, mounts: readonly Mount[]): Promise<boolean> {
    const plan = await planDeployment(model, this.#deployed, {
      organization: "local",
      now: new Date(),
      advice: "dev",
      seals: this.#secretsKey,
      allow: allowedInDev(model, this.#options),
      entries: this.#options.keyValues.flatMap((given) => entriesBesideEnvironment(given, model.bundles)),
    });
    const failures = plan.isRepetition ? [] : await this.#gateway.deploy(plan);
    if (failures.length > 0) {
      process.stderr.write(`\n${formatProblems(loadProblems(failures, model, mounts), process.stderr)}`);
      return false;
    }
    for (const { published, sourceMap } of model.functions) this.#sourceMaps.set(published.name, sourceMap);
    if (this.#deployed) {
      for (const { kind, what } of plan.changes) if (kind !== "unchanged") console.log(`${kind} ${what}`);
      if (plan.isRepetition && this.#behind) console.log("The files are again what is served.");
    }
    if (!plan.isRepetition) this.#deployed = plan.document;
    return true;
  }
}
