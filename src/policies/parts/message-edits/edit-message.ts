import type { FlowContext } from "../../../flow/context.ts";
import type { Fault } from "../../../flow/fault.ts";
import type { Message } from "../../../flow/message.ts";
import type { Text } from "../../policy-type.ts";

/** Changes a message as the flow's variables say. */
export type EditMessage = (flow: FlowContext, message: Message) => void;

export interface EditOptions {
  /** The name of the variable that will hold the edited message; `*` when any message may be. */
  readonly edited: string;
  /** Whether variables without a value read as empty text, and a Copy without a source does nothing. */
  readonly ignoreUnresolved: boolean;
  /** What the policy throws. */
  readonly faults: EditFaults;
}

export interface EditFaults {
  unresolved(variable: string): Fault;
  notMessage(variable: string): Fault;
}

/** Compiles a template of the policy: with the delimiters given, and faults as the policy wants them. */
export type CompileText = (text: string, delimiters?: { prefix?: string; suffix?: string }) => Text;
