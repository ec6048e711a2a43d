import type { Caller } from "../credentials/caller.ts";
import type { Shown } from "../credentials/shown.ts";
import type { FunctionErrorName } from "../functions/error.ts";
import { withoutContent } from "./attachment.ts";
import type { CompiledCall, CompiledWebhook } from "./compiled.ts";

/** How long executions are kept: six months, as in Foundry. Milliseconds. */
export const RETENTION_MS = 183 * 86_400_000;

/** How many executions of a webhook are kept; the oldest go. */
export const MOST_KEPT = 10_000;

/** How much of the inputs, and of one answer, is kept. Characters. */
const LONGEST_KEPT = 16_384;

/** How much of them is looked at for secrets. Characters. */
export const LONGEST_SEEN = 4 * LONGEST_KEPT;

/** How much is kept of all answers of one execution. Characters. */
const LONGEST_ANSWERS = 4 * LONGEST_KEPT;

/** An execution as it is kept. Foundry: "Webhooks reference" (history). Secrets are masked. */
export interface HistoryEntry {
  readonly id: string;
  /** When it began: ISO 8601. */
  readonly time: string;
  readonly durationMs: number;
  /** The id of the calling user; null when nobody said who they are. */
  readonly user: string | null;
  readonly status: "succeeded" | "failed";
  /** Null when it succeeded. */
  readonly error: { readonly name: FunctionErrorName; readonly message: string } | null;
  /** Whether a call that writes may have changed something. */
  readonly externalSystemMayHaveChanged: boolean;
  /** Values by name, or the beginning of their JSON when that is long; null when they are not kept. */
  readonly inputs: Readonly<Record<string, unknown>> | string | null;
  /** The answers, with the beginnings of their bodies; null when they are not kept. */
  readonly responses: readonly KeptAnswer[] | null;
}

export interface KeptAnswer {
  readonly call: string;
  readonly status: number;
  /** Null when nothing of it was read. */
  readonly body: string | null;
}

/** An answer that came, before anything is masked in it. */
export interface Answered {
  readonly call: CompiledCall;
  readonly status: number;
  /** Null when nothing of it was read; its first {@link LONGEST_SEEN} characters. */
  text: string | null;
}

/** What is known of an execution at its end. */
export interface Ended {
  readonly id: string;
  readonly webhook: CompiledWebhook;
  readonly caller: Caller;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  readonly endedAt: number;
  readonly error: HistoryEntry["error"];
  readonly answered: readonly Answered[];
  /** The call that was sent and has no answer; null when all have. */
  readonly unanswered: CompiledCall | null;
}

/** What is kept of an execution. */
export function entryOf(ended: Ended, shown: Shown): HistoryEntry {
  const { id, webhook, caller, inputs, begunAt, endedAt, error, answered, unanswered } = ended;
  const { history } = webhook;
  const mayHaveChanged = ({ call, status }: Answered) => call.writes && !history.notChanged.has(status);
  return {
    id,
    time: new Date(begunAt).toISOString(),
    durationMs: endedAt - begunAt,
    user: caller.kind === "anonymous" ? null : caller.id,
    status: error === null ? "succeeded" : "failed",
    error,
    externalSystemMayHaveChanged: unanswered?.writes === true || answered.some(mayHaveChanged),
    inputs: history.inputs ? keptInputs(inputs, webhook, shown) : null,
    responses: history.responses ? keptAnswers(answered, shown) : null,
  };
}

function keptInputs(
  inputs: Readonly<Record<string, unknown>>,
  { attachments }: CompiledWebhook,
  shown: Shown,
): HistoryEntry["inputs"] {
  const kept = Object.entries(inputs).map(([name, value]) => [
    name,
    attachments.has(name) ? withoutContent(value) : value,
  ]);
  const json = JSON.stringify(Object.fromEntries(kept)).slice(0, LONGEST_SEEN);
  const text = shown(json, LONGEST_KEPT, LONGEST_SEEN);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function keptAnswers(answered: readonly Answered[], shown: Shown): KeptAnswer[] {
  let room = LONGEST_ANSWERS;
  return answered.map(({ call, status, text }) => {
    const body = text === null ? null : shown(text, Math.min(LONGEST_KEPT, room), LONGEST_SEEN);
    room = Math.max(0, room - (body?.length ?? 0));
    return { call: call.name, status, body };
  });
}
