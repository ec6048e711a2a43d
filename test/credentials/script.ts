import { inject } from "vitest";
import type { ScriptedAnswer, ScriptedCall } from "../servers/scripted.ts";

const { scripted } = inject("servers");

/** A path of the scripted server that a test has for itself. */
export class Scripted {
  readonly #key = crypto.randomUUID();

  get url(): string {
    return `${scripted}/${this.#key}`;
  }

  /** Says what the next calls are answered; the last answer repeats. */
  async answers(...answers: readonly ScriptedAnswer[]): Promise<void> {
    await fetch(`${scripted}/script/${this.#key}`, { method: "PUT", body: JSON.stringify(answers) });
  }

  /** The calls that came in since the answers were said. */
  async calls(): Promise<ScriptedCall[]> {
    return (await fetch(`${scripted}/calls/${this.#key}`)).json();
  }

  /** The forms that came in, as objects. */
  async forms(): Promise<Record<string, string>[]> {
    return (await this.calls()).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  }

  /** Resolves when that many calls have come in. */
  async arrived(count: number): Promise<void> {
    await fetch(`${scripted}/arrived/${this.#key}?count=${count}`);
  }

  /** Lets held answers go. */
  async release(): Promise<void> {
    await fetch(`${scripted}/release/${this.#key}`, { method: "POST" });
  }
}
