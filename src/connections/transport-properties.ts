import type { XmlElement } from "../documents/element.ts";
import { didYouMean } from "../documents/nearest.ts";
import { type Bounds, readBoolean, readInteger } from "../documents/read.ts";
import type { Problem, Report } from "../documents/report.ts";

export type CompressionAlgorithm = "gzip" | "deflate" | "none";

const MEGABYTE = 1024 * 1024;

/**
 * The properties of a connection, proxy or target endpoint's, as they are asked for by name. A value that means nothing
 * is the default, with a warning: InvalidProperty, InvalidBoolean and InvalidInteger. Warns of DuplicateProperty.
 * Apigee: "Endpoint properties reference" (transport properties). Their values are literals.
 */
export class TransportProperties {
  readonly #elements = new Map<string, XmlElement>();
  readonly #known = new Set<string>([""]);
  readonly #report: Report;

  /** @param unused properties that have no effect on this connection, of which the caller says so */
  constructor(xml: XmlElement | undefined, report: Report, unused: ReadonlySet<string> = new Set()) {
    this.#report = report;
    for (const element of xml?.children("Property") ?? []) {
      const name = element.attribute("name")?.trim() ?? "";
      if (name === "") {
        const message = "<Property> has no name and no effect.";
        report.warning("InvalidProperty", element, message, 'Write <Property name="…">.');
      } else if (this.#elements.has(name)) {
        const message = `${name} is set twice; the last one counts.`;
        report.warning("DuplicateProperty", element, message, "Keep one.");
      }
      if (!unused.has(name)) this.#elements.set(name, element);
    }
  }

  /** @param severity an error only where the default may protect less than what was meant */
  flag(name: string, fallback = false, severity: Problem["severity"] = "warning"): boolean {
    return readBoolean(this.#element(name), fallback, this.#report, severity);
  }

  /** Milliseconds, from one. */
  timeout(name: string, fallback: number, bounds: Bounds = {}): number {
    return readInteger(this.#element(name), fallback, this.#report, { minimum: 1, ...bounds });
  }

  /** The most that is read of a body, in bytes: 10 megabytes, or up to 30. */
  bodyLimit(name: string): number {
    return this.read(name, 10 * MEGABYTE, "10M to 30M", (text) => {
      const megabytes = Number(/^(\d{1,3}) ?m$/i.exec(text)?.[1] ?? 0);
      return megabytes >= 10 && megabytes <= 30 ? megabytes * MEGABYTE : null;
    });
  }

  /** Null where nothing is said: as it came. */
  compression(name: string): CompressionAlgorithm | null {
    return this.read<CompressionAlgorithm | null>(name, null, "gzip, deflate or none", (text) => {
      const algorithm = text.toLowerCase();
      return algorithm === "gzip" || algorithm === "deflate" || algorithm === "none" ? algorithm : null;
    });
  }

  /** What stands between commas. */
  list(name: string): readonly string[] {
    const items = (this.#element(name)?.text() ?? "").split(",");
    return items.map((item) => item.trim()).filter((item) => item !== "");
  }

  /**
   * A value of any other kind.
   * @param expected what to write, for who has written something else
   * @param parse null for a text that means nothing
   */
  read<T>(name: string, fallback: T, expected: string, parse: (text: string) => T | null): T {
    const element = this.#element(name);
    const text = element?.text() ?? "";
    if (element === undefined || text === "") return fallback;
    const value = parse(text);
    if (value !== null) return value;
    const message = `The property ${name} is ${JSON.stringify(text)}; its default counts.`;
    this.#report.warning("InvalidProperty", element, message, `Write ${expected}.`);
    return fallback;
  }

  /**
   * Warns of what nobody has asked for: PropertyWithoutEffect and UnknownProperty.
   * @param withoutEffect documented or legacy properties that cannot change anything here, and why
   */
  reportOthers(withoutEffect: ReadonlyMap<string, string>): void {
    for (const [name, element] of this.#elements) {
      if (this.#known.has(name)) continue;
      const reason = withoutEffect.get(name);
      if (reason === undefined) {
        const otherwise = "remove it; “Endpoint properties reference” lists those that there are.";
        this.#report.warning(
          "UnknownProperty",
          element,
          `The property ${name} is not known and has no effect.`,
          didYouMean(name, this.#known, otherwise),
        );
      } else {
        const message = `The property ${name} has no effect: ${reason}.`;
        this.#report.warning(
          "PropertyWithoutEffect",
          element,
          message,
          "Remove it if nothing depends on it.",
        );
      }
    }
  }

  #element(name: string): XmlElement | undefined {
    this.#known.add(name);
    return this.#elements.get(name);
  }
}
