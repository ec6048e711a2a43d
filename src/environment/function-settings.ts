import * as v from "valibot";

/** How a function is deployed. Foundry: "Manage published functions", "Deployed functions". */
export interface FunctionSettings {
  readonly mode: "serverless" | "deployed";
  /** Wall time of one call. */
  readonly timeoutSeconds: number;
  /** Null leaves it to the platform. */
  readonly cpuMs: number | null;
  readonly subRequests: number | null;
  /** How long a result may be, as JSON in UTF-8. */
  readonly resultBytes: number;
  /** How many lines of its console one call may log. */
  readonly logLines: number;
}

function upTo(most: number) {
  const words = `must be a whole number from 1 to ${most}`;
  return v.pipe(v.number(), v.integer(words), v.minValue(1, words), v.maxValue(most, words));
}

const settingsSchema = v.strictObject({
  name: v.string(),
  mode: v.optional(v.picklist(["serverless", "deployed"]), "serverless"),
  timeoutSeconds: v.optional(upTo(280), 60),
  cpuMs: v.optional(v.nullable(upTo(300_000)), null),
  subRequests: v.optional(v.nullable(upTo(10_000)), null),
  resultBytes: v.optional(upTo(20 * 1024 * 1024), 10 * 1024 * 1024),
  logLines: v.optional(upTo(10_000), 1000),
});

const nameSchema = v.pipe(
  v.string(),
  v.transform((name) => v.parse(settingsSchema, { name })),
);

/** The functions in `deployments.json`: names, or names with how they are deployed. */
export const functionsSchema = v.optional(
  v.array(v.lazy((json) => (typeof json === "string" ? nameSchema : settingsSchema))),
);

/** How functions are deployed that nothing else is said about. */
export const DEFAULT_FUNCTION_SETTINGS: FunctionSettings = v.parse(settingsSchema, { name: "" });
