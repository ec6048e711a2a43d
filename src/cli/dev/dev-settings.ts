import type { IdentitySettings } from "../../credentials/identity.ts";
import { isThisMachine } from "../../egress/ip.ts";
import { baseUrl } from "../../egress/target-server.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import { withDefaultServiceAccount } from "../../environment/service-accounts.ts";
import { withDevApps } from "./dev-apps.ts";
import type { DevGoogle } from "./dev-google.ts";
import type { GivenApp, GivenKeyValue, GivenTargetServer, HostConnection } from "./dev-options.ts";

/** What the options of `sortie dev` set beside the environment's files. */
export interface DevSettings {
  readonly connections: readonly HostConnection[];
  readonly targetServers: readonly GivenTargetServer[];
  readonly keyValues: readonly GivenKeyValue[];
  readonly apps: readonly GivenApp[];
  readonly google: DevGoogle;
}

/** The environment with the target servers, key value map entries, apps and service account of the command line. */
export function withDevSettings(model: EnvironmentModel, given: DevSettings): EnvironmentModel {
  const { settings } = model;
  const names = new Set<unknown>(given.targetServers.map(({ server }) => server.name));
  const keyValueMaps = new Map(Object.entries(settings.keyValueMaps));
  for (const { map, key, value } of given.keyValues) {
    keyValueMaps.set(map, { ...keyValueMaps.get(map), [key]: value });
  }
  const changed = {
    ...model,
    settings: {
      ...settings,
      targetServerEntities: [
        ...settings.targetServerEntities.filter((entity) => !isNamed(entity, names)),
        ...given.targetServers.map(({ entity }) => entity),
      ],
      targetServers: new Map([
        ...settings.targetServers,
        ...given.targetServers.map(({ server }) => [server.name, server] as const),
      ]),
      keyValueMaps: Object.fromEntries(keyValueMaps),
      clients: withDevApps(model, given.apps),
    },
  };
  const { defaultAccount } = given.google;
  return defaultAccount === null ? changed : withDefaultServiceAccount(changed, defaultAccount);
}

/** The environment with an issuer that says who callers are, unless it names one. */
export function withIdentity(model: EnvironmentModel, identity: IdentitySettings): EnvironmentModel {
  const { settings } = model;
  return { ...model, settings: { ...settings, identity: settings.identity ?? identity } };
}

/** The environment with functions that take no longer, whatever their own limits are. */
export function withinTime(model: EnvironmentModel, longestMs = Number.POSITIVE_INFINITY): EnvironmentModel {
  const functions = model.functions.map((built) => {
    const { limits } = built.published;
    const timeoutMs = Math.min(limits.timeoutMs, longestMs);
    return { ...built, published: { ...built.published, limits: { ...limits, timeoutMs } } };
  });
  return { ...model, functions };
}

/** What flows may call under `sortie dev`: what the command line names, and target servers on this machine. */
export function allowedInDev({ settings }: EnvironmentModel, given: DevSettings): string[] {
  const local = [...settings.targetServers.values()].filter(({ host }) => isThisMachine(host));
  const named = given.targetServers.map(({ server }) => server);
  return [
    ...given.connections.map(({ rule }) => rule),
    ...new Set([...local, ...named].map((server) => baseUrl(server))),
  ];
}

function isNamed(entity: unknown, names: ReadonlySet<unknown>): boolean {
  return typeof entity === "object" && entity !== null && "name" in entity && names.has(entity.name);
}
