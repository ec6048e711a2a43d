import type { Value } from "../../../expression/value.ts";
import { mediaType } from "../../../flow/content-type.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Message } from "../../../flow/message.ts";
import { ReadOnlyVariable, Unsettable } from "../../../flow/unsettable.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { faults } from "./faults.ts";

/** What the policy extracts from: a message, or the text of a variable. */
export type Extracted = Message | string;

/** Sets the variables that one element of the policy finds in the source. Throws the policy's faults. */
export type Extract = (flow: FlowContext, source: Extracted) => void;

/** What every element of one policy uses when it is built. */
export interface Extraction {
  readonly context: PolicyContext;
  /** The variable that the policy extracts from. */
  readonly source: string;
  /** Precedes the names of all variables that the policy sets; empty for none. */
  readonly variablePrefix: string;
  readonly ignoreUnresolved: boolean;
}

/** Compiles the setting of a variable, whose complete name has the prefix and a dot in front. */
export function compileAssignment(
  { context, variablePrefix }: Extraction,
  name: string,
): { readonly name: string; set(flow: FlowContext, value: Value): void } {
  const fullName = variablePrefix === "" ? name : `${variablePrefix}.${name}`;
  const { policy } = context;
  const variable = context.variable(fullName);
  return {
    name: fullName,
    set(flow, value) {
      try {
        variable.set(flow, value);
      } catch (error) {
        if (!(error instanceof Unsettable)) throw error;
        throw error instanceof ReadOnlyVariable
          ? faults.immutableVariable(policy, fullName).causedBy(error)
          : faults.setVariableFailed(policy, fullName, value).causedBy(error);
      }
    },
  };
}

/** The text to extract from, or null for a message with another media type. A variable's text has no type. */
export function payloadOf(source: Extracted, isWanted: (mediaType: string) => boolean): string | null {
  if (typeof source === "string") return source;
  return isWanted(mediaType(source.contentType)) ? source.content : null;
}
