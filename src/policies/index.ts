import { assignMessage } from "./assign-message.ts";
import { basicAuthentication } from "./basic-authentication.ts";
import { externalCallout } from "./external-callout.ts";
import { extractVariables } from "./extract-variables.ts";
import { flowCallout } from "./flow-callout.ts";
import { functionCallout } from "./function-callout.ts";
import { javascript } from "./javascript.ts";
import { keyValueMapOperations } from "./key-value-map-operations.ts";
import type { PolicyType } from "./policy.ts";
import { raiseFault } from "./raise-fault.ts";
import { serviceCallout } from "./service-callout.ts";

const all: readonly PolicyType[] = [
  assignMessage,
  basicAuthentication,
  externalCallout,
  extractVariables,
  flowCallout,
  functionCallout,
  javascript,
  keyValueMapOperations,
  raiseFault,
  serviceCallout,
];

/** Every policy type that Sortie runs, by its root element's name. */
export const policyTypes: ReadonlyMap<string, PolicyType> = new Map(all.map((type) => [type.element, type]));
