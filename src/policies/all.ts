import "../expression/all.ts";
import { loadPolicyTypes, type PolicyTypes, policyNames } from "./index.ts";

/** Every policy type that Sortie runs. Not for the Worker, which loads what its bundles have. */
export const policyTypes: PolicyTypes = await loadPolicyTypes(policyNames);
