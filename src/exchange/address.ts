import { type Fault, faultType } from "../flow/fault.ts";

/** Where a request goes. Each part is taken from the platform once: every look costs as much as a step of a flow. */
export class Address {
  /** The complete URL, as it came. */
  readonly text: string;
  /** Normalised, without the query. */
  readonly pathname: string;
  readonly #url: URL;

  constructor(text: string, url: URL) {
    this.text = text;
    this.pathname = url.pathname;
    this.#url = url;
  }

  /** The host, with its port unless that is the scheme's own. */
  get host(): string {
    return this.#url.host;
  }

  /** `http:` or `https:`. */
  get protocol(): string {
    return this.#url.protocol;
  }
}

/**
 * What a request asks for, or why nobody can say. The platform puts its URL together from the Host header and the
 * request line as they came, so a Host with a slash would be the beginning of a path.
 */
export function addressOf({ url, headers }: Request): Address | Fault {
  const host = headers.get("host");
  const parsed = host === null || HOST.test(host) ? URL.parse(url) : null;
  if (parsed === null) return invalidHost();
  // `OPTIONS *`, and nothing else, has a URL without a path.
  return url.includes("/", "http://h".length) ? new Address(url, parsed) : invalidPath();
}

/** A name or an address, with or without a port. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Not Apigee's: nothing can be asked of such a host. */
export const invalidHost = faultType("sortie.InvalidHost", 400, () => "Invalid Host header");

/** A path that is none, or that is written in a way that the environment refuses. */
export const invalidPath = faultType("protocol.http.InvalidPath", 400, () => "Invalid request path");
