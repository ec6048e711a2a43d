import * as v from "valibot";

/** Who the bundle is to Google: an e-mail address; null when the deployment names no service account. */
const serviceAccount = v.optional(v.nullable(v.string()), null);

const proxy = v.object({
  name: v.string(),
  /** Key of the immutable revision: the digest of the bundle's zip. */
  revision: v.string(),
  endpoints: v.array(v.object({ name: v.string(), basePath: v.string() })),
  serviceAccount,
});

const sharedFlow = v.object({ name: v.string(), revision: v.string(), serviceAccount });

const hook = v.optional(v.string());

const schema = v.object({
  format: v.literal(1),
  organization: v.string(),
  environment: v.string(),
  /** Counts up with each deployment of the environment. */
  generation: v.number(),
  /** ISO 8601. */
  deployedAt: v.string(),
  proxies: v.array(proxy),
  sharedFlows: v.array(sharedFlow),
  /** Shared flows by the hook that runs them. Apigee: "Attaching a shared flow using a flow hook". */
  flowHooks: v.object({ preProxy: hook, preTarget: hook, postTarget: hook, postProxy: hook }),
  /** Target server entities as Apigee's API writes them. */
  targetServers: v.array(v.unknown()),
  keyValueMaps: v.record(v.string(), v.record(v.string(), v.string())),
  /** Where flows may call: hosts named in bundles and target servers, and the environment's own list. */
  egress: v.object({
    allow: v.array(v.string()),
    /** Whether a refusal advises an option of `sortie dev` or a line in the environment's list. */
    advice: v.picklist(["dev", "list"]),
  }),
});

/**
 * The deployed state of an environment: one small document in KV that names everything else. A deployment
 * writes the revisions first and this document last, so that it is all or nothing.
 */
export type EnvironmentDocument = v.InferOutput<typeof schema>;
export type DeployedProxy = EnvironmentDocument["proxies"][number];

/** The document, or an error that says where it is malformed. */
export function parseDocument(json: unknown): EnvironmentDocument {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`malformed environment document at ${v.getDotPath(issue) ?? "its root"}: ${issue.message}`);
}

/** KV keys. */
export const currentKey = (environment: string) => `environment/${environment}/current`;
export const generationKey = (environment: string, generation: number) =>
  `environment/${environment}/generation/${generation}`;
export const revisionKey = (revision: string) => `revision/${revision}`;
