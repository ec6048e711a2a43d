import * as v from "valibot";
import { isReachable } from "../bundle/base-path.ts";
import { identitySchema } from "../credentials/identity.ts";
import { outboundApplicationSchema } from "../credentials/oauth/application.ts";
import { analyticsSettings, defaultAnalytics } from "../egress/analytics/settings.ts";
import { auditSettings } from "../egress/audit/settings.ts";
import { disguises } from "../flow/disguised-path.ts";
import { publishedFunctionSchema } from "../functions/published-function.ts";
import { ontologySchema } from "../ontology/file-schema.ts";
import { sourceSchema } from "../sources/source.ts";
import { mapScopes } from "../stores/key-value-maps.ts";
import { webhookSchema } from "../webhooks/file-schema.ts";
import { proxiesSchema } from "./proxy-table.ts";

/** Who the bundle is to Google: an e-mail address; null when the deployment names no service account. */
const serviceAccount = v.optional(v.nullable(v.string()), null);

const sharedFlow = v.object({
  name: v.string(),
  /** Other names that it is called by: that of its folder in the environment. */
  aliases: v.optional(v.array(v.string()), []),
  revision: v.string(),
  serviceAccount,
});

const hook = v.optional(v.string());

type Maps = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Values by map and key. Any name is one: `v.record` would leave out `constructor` and `__proto__`. */
const mapsSchema = v.custom<Maps>((input) => {
  const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null;
  const isMap = (map: unknown) =>
    isRecord(map) && Object.values(map).every((value) => typeof value === "string");
  return isRecord(input) && Object.values(input).every(isMap);
}, "must be values by map and key");

/** An entry of a key value map that a bundle brings. */
const initialEntrySchema = v.object({
  map: v.object({ scope: v.picklist(mapScopes), owner: v.string(), name: v.string() }),
  key: v.string(),
  values: v.array(v.string()),
});

/** How flows may use what is kept for them. */
const storesSchema = v.object({
  /** Whether entries are read only into variables whose names begin with `private.`. */
  keyValueMaps: v.object({ private: v.boolean() }),
});

/** What the requests of clients may look like. */
const requestsSchema = v.object({ allowInPaths: v.array(v.picklist(disguises)) });

/** API products and who may call them; see `DeployedBuckets`. */
const directorySchema = v.object({
  entities: v.array(v.string()),
  index: v.array(v.string()),
  areSealed: v.boolean(),
  /** How many apps there are. */
  apps: v.number(),
});

const schema = v.object({
  format: v.literal(1),
  organization: v.string(),
  environment: v.string(),
  /** Counts up with each deployment of the environment. */
  generation: v.number(),
  /** ISO 8601. */
  deployedAt: v.string(),
  proxies: proxiesSchema,
  sharedFlows: v.array(sharedFlow),
  /** Revision of the files in the environment's `resources/`; null when there are none. */
  resources: v.optional(v.nullable(v.string()), null),
  /** Shared flows by the hook that runs them. Apigee: "Attaching a shared flow using a flow hook". */
  flowHooks: v.object({ preProxy: hook, preTarget: hook, postTarget: hook, postProxy: hook }),
  /** Target server entities as Apigee's API writes them. */
  targetServers: v.array(v.unknown()),
  keyValueMaps: mapsSchema,
  /** Those that are in no file of the environment but in policies. */
  initialEntries: v.optional(v.array(initialEntrySchema), []),
  directory: v.optional(v.nullable(directorySchema), null),
  /** Where flows may call: hosts named in bundles and target servers, and the environment's own list. */
  egress: v.object({
    allow: v.array(v.string()),
    /** Whether a refusal advises an option of `sortie dev` or a line in the environment's list. */
    advice: v.picklist(["dev", "list"]),
  }),
  sources: v.optional(v.array(sourceSchema), []),
  /** Names that code and flows use for sources here: alias to API name. Foundry: "Source aliases". */
  sourceAliases: v.optional(v.record(v.string(), v.string()), {}),
  functions: v.optional(v.array(publishedFunctionSchema), []),
  outboundApplications: v.optional(v.array(outboundApplicationSchema), []),
  webhooks: v.optional(v.array(webhookSchema), []),
  /** What kinds of objects there are; null where there are none. */
  ontology: v.optional(v.nullable(ontologySchema), null),
  /** Whose tokens say who a caller is; null where nobody's do. */
  identity: v.optional(v.nullable(identitySchema), null),
  audit: v.optional(auditSettings, { destination: "log" }),
  analytics: v.optional(analyticsSettings, defaultAnalytics),
  requests: v.optional(requestsSchema, { allowInPaths: [] }),
  stores: v.optional(storesSchema, { keyValueMaps: { private: false } }),
});

/**
 * The deployed state of an environment: one small document in KV that names everything else. A deployment
 * writes the revisions first and this document last, so that it is all or nothing.
 */
export type EnvironmentDocument = v.InferOutput<typeof schema>;
export type RequestSettings = v.InferOutput<typeof requestsSchema>;
export type StoreSettings = v.InferOutput<typeof storesSchema>;

/** The document, or an error that says where it is malformed. */
export function parseDocument(json: unknown): EnvironmentDocument {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`malformed environment document at ${v.getDotPath(issue) ?? "its root"}: ${issue.message}`);
}

/** What the proxies serve, by base path; without base paths that no request can have. */
export function servedPaths({ proxies }: EnvironmentDocument): { basePath: string; proxy: string }[] {
  return proxies.all.flatMap(({ name, endpoints }) =>
    endpoints
      .filter(({ basePath }) => isReachable(basePath))
      .map(({ basePath }) => ({ basePath, proxy: name })),
  );
}

/** KV keys. */
export const currentKey = (environment: string) => `environment/${environment}/current`;
export const generationKey = (environment: string, generation: number) =>
  `environment/${environment}/generation/${generation}`;
export const revisionKey = (revision: string) => `revision/${revision}`;

/** What a document names by its immutable revision. */
export interface Revised {
  readonly name: string;
  readonly revision: string;
}

/** Everything that does: bundles, the modules of functions, and the environment's own resources. */
export function revised(document: EnvironmentDocument): Revised[] {
  const { proxies, sharedFlows, functions } = document;
  return [
    ...proxies.all,
    ...sharedFlows,
    ...functions,
    ...runtimesOf(document),
    ...resourcesOf(document),
    ...directoryOf(document),
  ];
}

function directoryOf({ directory }: EnvironmentDocument): Revised[] {
  const revisions = directory ? [...directory.entities, ...directory.index] : [];
  return revisions.map((revision) => ({ name: "the API products and apps", revision }));
}

/** What runs functions whose modules do not say it themselves. */
function runtimesOf({ functions }: EnvironmentDocument): Revised[] {
  const runtimes = new Map(functions.map(({ language, runtime }) => [runtime, language]));
  return [...runtimes].flatMap(([revision, language]) =>
    revision === null ? [] : { name: `the runtime of ${language}`, revision },
  );
}

/** The environment's own resources, where there are some. */
export function resourcesOf({ environment, resources }: EnvironmentDocument): Revised[] {
  return resources === null ? [] : [{ name: environment, revision: resources }];
}
