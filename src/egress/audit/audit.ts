import { isBinding, sinkFor } from "./destination.ts";
import type { AuditPlatform } from "./record.ts";
import { CallRecorder } from "./recorder.ts";
import type { AuditSettings } from "./settings.ts";

/** The records of all calls that leave an isolate. One object for all doors, so that one setting is for all. */
export class Audit {
  readonly #platform: AuditPlatform;
  #recorder: CallRecorder | null = null;

  constructor(platform: AuditPlatform) {
    this.#platform = platform;
  }

  /** Null while nothing is to be recorded. */
  get recorder(): CallRecorder | null {
    return this.#recorder;
  }

  /** From now on records go where a deployment says. One to a binding that is missing goes to the log. */
  follow(settings: AuditSettings, environment: string): void {
    const { bindings, log } = this.#platform;
    if (settings.destination === "binding" && !isBinding(bindings[settings.binding])) {
      const { binding } = settings;
      const reason = `The Worker has no binding ${binding} to a queue or an Analytics Engine data set; records go to the log.`;
      log({ level: "error", event: "audit.binding-missing", binding, reason });
    }
    const sink = sinkFor(settings, this.#platform);
    this.#recorder = sink && new CallRecorder(sink, environment, this.#platform);
  }
}

/** Records nothing, ever. */
export const noAudit: Pick<Audit, "recorder"> = { recorder: null };
