import type { ScriptHost } from "../../../scripts/execution.ts";

/** How many answers are kept; a script that has asked for more is not executed again. */
const MAX_ANSWERS = 1_000;

interface Answered {
  readonly request: string;
  /** Null until there is an answer. */
  answer: { readonly text: string | null } | { readonly error: unknown } | null;
}

/** A host that keeps its answers, so that an execution can be repeated without doing anything again. */
export class RecordedHost {
  readonly #host: ScriptHost;
  readonly #answers: Answered[] = [];

  constructor(host: ScriptHost) {
    this.#host = host;
  }

  /** Answers, and keeps what it has answered. */
  readonly ask: ScriptHost = (request) => {
    if (this.#answers.length > MAX_ANSWERS) return this.#host(request);
    const entry: Answered = { request, answer: null };
    this.#answers.push(entry);
    try {
      const answer = this.#host(request);
      if (!(answer instanceof Promise)) {
        entry.answer = { text: answer };
        return answer;
      }
      return answer.then((text) => {
        entry.answer = { text };
        return text;
      });
    } catch (error) {
      entry.answer = { error };
      throw error;
    }
  };

  /** A host that gives the same answers once more. It throws {@link Diverged} when it is asked something else. */
  repeat(): ScriptHost {
    let next = 0;
    return (request) => {
      const entry = this.#answers[next++];
      if (entry?.request !== request || entry.answer === null) throw new Diverged();
      if ("error" in entry.answer) throw entry.answer.error;
      return entry.answer.text;
    };
  }
}

/** A repeated execution does not go as the first one did. */
export class Diverged extends Error {
  constructor() {
    super("the script does something else when it is executed again");
    this.name = "Diverged";
  }
}
