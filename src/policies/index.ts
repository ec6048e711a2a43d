import { externalCallout } from "./callouts/external-callout/external-callout.ts";
import { flowCallout } from "./callouts/flow-callout.ts";
import { functionCallout } from "./callouts/function-callout/function-callout.ts";
import { serviceCallout } from "./callouts/service-callout/service-callout.ts";
import { javascript } from "./extensions/javascript/javascript.ts";
import { keyValueMapOperations } from "./mediation/key-value-map-operations.ts";
import { assignMessage } from "./messages/assign-message.ts";
import { extractVariables } from "./messages/extract-variables/extract-variables.ts";
import { raiseFault } from "./messages/raise-fault.ts";
import type { PolicyType } from "./policy-type.ts";
import { basicAuthentication } from "./security/basic-authentication.ts";

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
