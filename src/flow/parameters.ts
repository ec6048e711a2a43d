/** One parameter of a query string or form: decoded name and value, and the text it came as. */
interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly raw: string;
}

/**
 * The parameters of a query string or of a form body. What nobody changed is written back as it came;
 * what a policy sets is percent-encoded.
 */
export class Parameters {
  #list: Parameter[];

  /** @param plusIsSpace whether `+` means a space, as it does in forms. */
  constructor(text: string, plusIsSpace: boolean) {
    this.#list = text === "" ? [] : text.split("&").map((raw) => parse(raw, plusIsSpace));
  }

  /** Each distinct name, in the order of their first parameters. */
  get names(): string[] {
    return [...new Set(this.#list.filter(({ raw }) => raw !== "").map(({ name }) => name))];
  }

  values(name: string): string[] {
    return this.#list.filter((parameter) => parameter.name === name).map(({ value }) => value);
  }

  /** The values of each name, in the order of their first parameters. A client may send very many names. */
  get lists(): ReadonlyMap<string, readonly string[]> {
    const lists = new Map<string, string[]>();
    for (const { name, value, raw } of this.#list) {
      if (raw === "") continue;
      const values = lists.get(name);
      if (values) values.push(value);
      else lists.set(name, [value]);
    }
    return lists;
  }

  /** Replaces all values of each name, in the place of its first. */
  setLists(lists: ReadonlyMap<string, readonly string[]>): void {
    const placed = new Set<string>();
    const list: Parameter[] = [];
    const place = (name: string, values: readonly string[]) => {
      if (placed.has(name)) return;
      placed.add(name);
      for (const value of values) list.push(make(name, value));
    };
    for (const parameter of this.#list) {
      const values = lists.get(parameter.name);
      if (values) place(parameter.name, values);
      else list.push(parameter);
    }
    for (const [name, values] of lists) place(name, values);
    this.#list = list;
  }

  /** Replaces all values of a name, in the place of the first. */
  set(name: string, ...values: readonly string[]): void {
    const at = this.#list.findIndex((parameter) => parameter.name === name);
    const rest = this.#list.filter((parameter) => parameter.name !== name);
    rest.splice(at === -1 ? rest.length : at, 0, ...values.map((value) => make(name, value)));
    this.#list = rest;
  }

  /** Replaces one of a name's values, counted from 0; past the end it is added. The others stay as they came. */
  setAt(name: string, index: number, value: string): void {
    const at = this.#indexOf(name, index);
    if (at === -1) this.add(name, value);
    else this.#list[at] = make(name, value);
  }

  /** Removes one of a name's values, counted from 0; nothing happens when there is none. */
  removeAt(name: string, index: number): void {
    const at = this.#indexOf(name, index);
    if (at !== -1) this.#list.splice(at, 1);
  }

  #indexOf(name: string, index: number): number {
    let before = index;
    return this.#list.findIndex((parameter) => parameter.name === name && before-- === 0);
  }

  add(name: string, value: string): void {
    this.#list.push(make(name, value));
  }

  remove(name: string): void {
    this.#list = this.#list.filter((parameter) => parameter.name !== name);
  }

  clear(): void {
    this.#list = [];
  }

  toString(): string {
    return this.#list.map(({ raw }) => raw).join("&");
  }
}

function parse(raw: string, plusIsSpace: boolean): Parameter {
  const equals = raw.indexOf("=");
  const decode = (text: string) => percentDecoded(plusIsSpace ? text.replaceAll("+", " ") : text);
  return equals === -1
    ? { name: decode(raw), value: "", raw }
    : { name: decode(raw.slice(0, equals)), value: decode(raw.slice(equals + 1)), raw };
}

function make(name: string, value: string): Parameter {
  return {
    name,
    value,
    raw: `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
  };
}

/** Text that is not valid percent-encoding stays as it is. */
function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
