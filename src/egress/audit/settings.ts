import * as v from "valibot";

const withoutBinding = { destination: v.picklist(["log", "none"]) };
const toBinding = {
  destination: v.literal("binding"),
  binding: v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/, "must be the name of a binding of the Worker")),
};

/** Where an environment's records go: a line of the log each, nowhere, or a binding of the Worker. */
export const auditSettings = v.variant("destination", [v.object(withoutBinding), v.object(toBinding)]);

/** The same as people write it, where a field that is not known is a mistake. */
export const auditFile = v.variant("destination", [
  v.strictObject(withoutBinding),
  v.strictObject(toBinding),
]);

export type AuditSettings = v.InferOutput<typeof auditSettings>;
