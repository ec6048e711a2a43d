import type { ValuePath } from "../documents/known-fields.ts";
import type { NamedType } from "../functions/published-function.ts";
import type { ExecutionLimits } from "./file-schema.ts";
import type { RequestTemplates } from "./request.ts";
import type { Reference } from "./template.ts";

/** A webhook with everything worked out that its executions have in common. */
export interface CompiledWebhook {
  readonly name: string;
  readonly source: string;
  readonly inputs: readonly NamedType[];
  /** The names of those that are files. */
  readonly attachments: ReadonlySet<string>;
  /** The values that inputs of the type String may have, by name. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  readonly calls: readonly CompiledCall[];
  readonly outputs: readonly CompiledOutput[];
  readonly timeoutMs: number;
  readonly retryableStatuses: ReadonlySet<number>;
  /** Null when it has none. */
  readonly limits: ExecutionLimits | null;
  /** Whether one of its calls changes something. */
  readonly writes: boolean;
  readonly history: {
    readonly inputs: boolean;
    readonly responses: boolean;
    /** The statuses of answers that say that a call has changed nothing. */
    readonly notChanged: ReadonlySet<number>;
    /** Who sees the executions of everybody. */
    readonly readPrivilegedData: readonly string[];
  };
}

export interface CompiledCall extends RequestTemplates {
  readonly name: string;
  readonly method: string;
  /** Null for the only one of the source. */
  readonly domain: string | null;
  /** The secrets of the source that it carries, and where each is first. */
  readonly secrets: ReadonlyMap<string, ValuePath>;
  readonly writes: boolean;
  /** Whether anything of its answer is wanted but that it succeeded. */
  readonly isAnswerUsed: boolean;
}

export interface CompiledOutput extends NamedType {
  readonly from: Reference;
}
