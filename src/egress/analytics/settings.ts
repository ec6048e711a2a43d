import * as v from "valibot";

/** What a data collector takes. Apigee: "organizations.datacollectors". */
const collectorTypes = ["STRING", "INTEGER", "FLOAT", "BOOLEAN", "DATETIME"] as const;

export type CollectorType = (typeof collectorTypes)[number];

const collector = { name: v.pipe(v.string(), v.nonEmpty()), type: v.picklist(collectorTypes) };
const binding = v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/, "must be the name of a binding of the Worker"));
const destinations = v.picklist(["log", "none"]);
const toBinding = v.literal("binding");

const collectors = v.optional(v.array(v.object(collector)), []);

/** Where what flows collect goes: a line of the log each, nowhere, or a binding of the Worker; and its columns. */
export const analyticsSettings = v.variant("destination", [
  v.object({ destination: destinations, dataCollectors: collectors }),
  v.object({ destination: toBinding, binding, dataCollectors: collectors }),
]);

/** The same as people write it, where a field that is not known is a mistake; data collectors as Apigee exports them. */
const exported = v.optional(
  v.array(
    v.strictObject({
      ...collector,
      description: v.optional(v.string()),
      createdAt: v.optional(v.string()),
      lastModifiedAt: v.optional(v.string()),
    }),
  ),
  [],
);
export const analyticsFile = v.variant("destination", [
  v.strictObject({ destination: destinations, dataCollectors: exported }),
  v.strictObject({ destination: toBinding, binding, dataCollectors: exported }),
]);

export type AnalyticsSettings = v.InferOutput<typeof analyticsSettings>;
export type DataCollector = AnalyticsSettings["dataCollectors"][number];

/** Nothing is said: what is collected goes to the log. */
export const defaultAnalytics: AnalyticsSettings = { destination: "log", dataCollectors: [] };
