// The world that scripts see. It runs inside the sandbox, once, and every execution begins where it ended.
// Its value is a function that is given the host and the other parts of the world, and returns the one by which the
// machine enters.
// Messages are variables in another dress: `request.headers.x` is the variable `request.header.x`.
(function makeWorld(host, ...parts) {
  const { parse, stringify } = JSON;
  const { defineProperty, keys } = Object;
  const has = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
  const { isArray } = Array;

  /** Asks the host for something: an operation and its arguments. Undefined when it answers nothing. */
  function ask(...request) {
    const answer = host(stringify(request));
    if (answer === undefined) return undefined;
    if (answer[0] === "!") throw new Error(answer.slice(1));
    return parse(answer);
  }

  // The engine seeds its random numbers once; each execution is given a seed of its own instead (sfc32).
  let seed = [0, 0, 0, 1];
  let hasDrawn = false;
  Math.random = function random() {
    hasDrawn = true;
    let [a, b, c, d] = seed;
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    seed = [a, b, c, d];
    return (sum >>> 0) / 0x100000000;
  };

  // Strings of Rhino have these of Java's.
  const javaMethods = {
    equals(other) {
      return String(this) === String(other);
    },
    equalsIgnoreCase(other) {
      return String(this).toLowerCase() === String(other).toLowerCase();
    },
  };
  for (const name of keys(javaMethods)) {
    defineProperty(String.prototype, name, { value: javaMethods[name], writable: true, configurable: true });
  }

  // The engine's own message keeps the number to itself.
  for (const name of ["toFixed", "toExponential", "toPrecision"]) {
    const original = Number.prototype[name];
    const { [name]: naming } = {
      [name](digits) {
        try {
          return original.call(this, digits);
        } catch (error) {
          throw error instanceof RangeError ? new RangeError(`Precision ${digits} out of range.`) : error;
        }
      },
    };
    defineProperty(Number.prototype, name, { value: naming, writable: true, configurable: true });
  }

  const world = { ask, spend: (work) => host(`#${work}`) };
  for (const part of parts) part(world);

  // Values. What JSON has no word for is an object with one key that says what it is.

  /** A value of the host's, as scripts see it. */
  function received(value) {
    if (value === null || typeof value !== "object") return value;
    if ("list" in value) return collection(value.list);
    if ("message" in value) return message(value.message);
    if ("number" in value) return Number(value.number);
    return parse(value.object, withExchanges);
  }

  /** A value of a script's, as the host is told. */
  function sent(value) {
    if (value === undefined || value === null) return null;
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return value - value === 0 ? value : { number: String(value) };
      case "bigint":
        return { number: String(value) };
      case "object":
        if (messageNames.has(value)) return { message: messageNames.get(value) };
        return { object: textOf(value), text: String(value) };
      default:
        return String(value);
    }
  }

  /** What can be kept of an object; cycles and the like leave nothing. */
  function textOf(value) {
    try {
      return stringify(value, withoutExchanges) || "null";
    } catch {
      return "null";
    }
  }

  /** A Java collection: an array whose text is `[a, b]`. */
  function collection(values) {
    const own = (name, value) => defineProperty(values, name, { value, writable: true, configurable: true });
    own("toString", () => `[${values.join(", ")}]`);
    own("toArray", () => values.slice());
    own("size", () => values.length);
    own("get", (index) => (index in values ? values[index] : null));
    own("contains", (value) => values.includes(value));
    own("isEmpty", () => values.length === 0);
    return values;
  }

  // Variables.

  let given = null;
  /** Objects that this execution has set, with what was told of them: a variable holds the object itself. */
  const objects = new Map();
  function getVariable(name) {
    const key = String(name);
    if (given !== null && key in given) return received(given[key]);
    if (key.endsWith(CONTENT)) tellViews();
    const value = ask("get", key);
    if (value === undefined) return null;
    const known = objects.get(key);
    return known !== undefined && value !== null && value.object === known.told
      ? known.value
      : received(value);
  }
  function setVariable(name, value) {
    const key = String(name);
    given = null;
    objects.delete(key);
    if (key.endsWith(CONTENT)) views.delete(key.slice(0, -CONTENT.length));
    const told = sent(value);
    if (told !== null && typeof told === "object" && "object" in told)
      objects.set(key, { value, told: told.object });
    ask("set", key, told);
  }
  function removeVariable(name) {
    given = null;
    objects.delete(String(name));
    ask("remove", String(name));
  }
  /** Tells what scripts have changed in objects since they set them. */
  function tellObjects() {
    for (const [key, { value, told }] of objects) if (sent(value).object !== told) setVariable(key, value);
  }

  // Messages.

  /** The values of one header or parameter: its text is the first, and it has an index and a length. */
  function valuesOf(values) {
    const first = values[0];
    const length = function length() {
      return values.length;
    };
    length.valueOf = () => values.length;
    length.toString = () => String(values.length);
    const own = {
      length,
      toString: () => first,
      valueOf: () => first,
      toJSON: () => first,
      toArray: () => values.slice(),
      size: () => values.length,
      get: (index) => values[index],
    };
    return new Proxy(
      {},
      {
        get(_, key) {
          if (has(own, key)) return own[key];
          if (typeof key === "string" && /^\d+$/.test(key)) return values[key];
          const found = String.prototype[key];
          return typeof found === "function" ? found.bind(first) : found;
        },
        has: (_, key) => key in values || key in own || key in String.prototype,
        ownKeys: () => keys(values),
        getOwnPropertyDescriptor: (_, key) =>
          key in values
            ? { value: values[key], writable: true, enumerable: true, configurable: true }
            : undefined,
      },
    );
  }

  /** The headers or parameters of a message, by name. */
  function namedValues(prefix, names) {
    const read = (name) => {
      const values = getVariable(`${prefix}.${name}.values`);
      return isArray(values) && values.length > 0 ? values : null;
    };
    return new Proxy(
      {},
      {
        get(target, key) {
          if (typeof key !== "string") return target[key];
          const values = read(key);
          if (values !== null) return valuesOf(values);
          if (key === "toJSON") return () => snapshot(read, names());
          if (key === "toString" || key === "valueOf") return () => mapText(snapshot(read, names()));
          return target[key];
        },
        set(_, key, value) {
          removeVariable(`${prefix}.${key}`);
          if (!isArray(value)) setVariable(`${prefix}.${key}`, value);
          else
            value.forEach((each, index) => {
              setVariable(`${prefix}.${key}${index === 0 ? "" : `.${index + 1}`}`, each);
            });
          return true;
        },
        deleteProperty(_, key) {
          removeVariable(`${prefix}.${key}`);
          return true;
        },
        has: (_, key) => typeof key === "string" && read(key) !== null,
        ownKeys: () => names(),
        getOwnPropertyDescriptor(_, key) {
          const values = read(key);
          return values === null
            ? undefined
            : { value: valuesOf(values), writable: true, enumerable: true, configurable: true };
        },
      },
    );
  }

  /** As Java prints a map. */
  const mapText = (all) =>
    `{${keys(all)
      .map((name) => `${name}=${all[name]}`)
      .join(", ")}}`;

  function snapshot(read, names) {
    const all = {};
    for (const name of names) all[name] = (read(name) || [""])[0];
    return all;
  }

  const CONTENT = ".content";
  /** What scripts have looked at in the payloads of messages, by message: what they change there is the payload's. */
  const views = new Map();
  function viewOf(name, text) {
    const known = views.get(name);
    if (known !== undefined && known.text === text) return known;
    const view = { text };
    views.set(name, view);
    return view;
  }
  /** Tells what scripts have changed in the JSON and XML of payloads. */
  function tellViews() {
    for (const [name, view] of [...views]) {
      const text = "json" in view ? stringify(view.json) : view.xml?.toXMLString();
      if (text === view.before) continue;
      setVariable(name + CONTENT, text);
      views.set(name, { ...view, text, before: text });
    }
  }

  /** Payload text with the views of it that scripts take. A payload without text is an empty object. */
  function payloadOf(view, form) {
    const { text } = view;
    const payload = new String(text);
    const define = (name, get) => defineProperty(payload, name, { get, configurable: true });
    define("asJSON", () => {
      if (!("json" in view)) {
        view.json = text.trim() === "" ? {} : parse(text);
        view.before = stringify(view.json);
      }
      return view.json;
    });
    define("asXML", () => {
      if (!("xml" in view)) {
        view.xml = world.xml(text);
        view.before = view.xml.toXMLString();
      }
      return view.xml;
    });
    define("asForm", form);
    defineProperty(payload, "toJSON", { value: () => text, configurable: true });
    return payload;
  }

  /** A status is its code where scripts compare it. */
  function statusOf(properties) {
    const status = Object.defineProperties({}, properties);
    defineProperty(status, "valueOf", { value: () => status.code, configurable: true });
    defineProperty(status, "toString", { value: () => String(status.code), configurable: true });
    return status;
  }

  const messageNames = new WeakMap();
  const messages = {};

  /** The message that a variable names. */
  function message(name) {
    if (name in messages) return messages[name];
    const at = (property) => `${name}.${property}`;
    const namesOf = (property) => () => Array.from(getVariable(at(property)) || []);
    const variable = (property) => ({
      get: () => getVariable(at(property)),
      set: (value) => setVariable(at(property), value),
      enumerable: true,
      configurable: true,
    });
    // Apigee's error message has a text where responses have a number.
    const asText = ({ get, ...rest }) => ({ ...rest, get: () => String(get()) });
    const content = {
      get() {
        const text = getVariable(at("content"));
        return payloadOf(viewOf(name, text === null ? "" : text), () =>
          namedValues(at("formparam"), namesOf("formparams.names")),
        );
      },
      set: (value) => setVariable(at("content"), value === null || value === undefined ? "" : String(value)),
      configurable: true,
    };
    const part = (prefix, names) => ({
      get: () => namedValues(at(prefix), namesOf(names)),
      set(values) {
        for (const each of namesOf(names)()) removeVariable(at(`${prefix}.${each}`));
        const target = namedValues(at(prefix), namesOf(names));
        for (const key of keys(values)) target[key] = values[key];
      },
      enumerable: true,
      configurable: true,
    });
    const status = statusOf({
      code: name === "error" ? asText(variable("status.code")) : variable("status.code"),
      message: variable("reason.phrase"),
    });
    const made = Object.defineProperties(
      {},
      {
        headers: part("header", "headers.names"),
        content: { ...content, enumerable: true },
        body: content,
        status: { value: status, enumerable: true, configurable: true },
        queryParams: { ...part("queryparam", "queryparams.names"), enumerable: false },
        formParams: { ...part("formparam", "formparams.names"), enumerable: false },
        method: { ...variable("verb"), enumerable: false },
        path: { ...variable("path"), enumerable: false },
        url: { ...urlOf(name), enumerable: false },
        protocol: { ...urlPart("protocol"), enumerable: false },
        host: { ...urlPart("hostname"), enumerable: false },
        port: { ...urlPart("port"), enumerable: false },
        toString: {
          value: () =>
            name === "error" ? `${status.code}:${getVariable("fault.name")}` : String(made.content),
          configurable: true,
        },
      },
    );
    messageNames.set(made, name);
    messages[name] = made;
    return made;
  }

  /** `url` is where a request goes: the target's, once there is one. */
  function urlOf(name) {
    const requested = () => getVariable("target.url") || getVariable("proxy.url");
    return {
      get: () => (name === "request" ? requested() : getVariable(`${name}.url`)),
      set: (value) => setVariable("target.url", value),
      configurable: true,
    };
  }

  /** A part of the target's URL. */
  function urlPart(part) {
    return {
      get: () => ask("url part", part),
      set: (value) => {
        given = null;
        ask("set url part", part, String(value));
      },
      configurable: true,
    };
  }

  // Calls.

  const exchangeIds = new WeakMap();
  const callbacks = [];

  /** A call that has begun. */
  function exchange(id) {
    let outcome = null;
    const settled = () => {
      if (outcome === null) outcome = ask("outcome", id) ?? null;
      return outcome;
    };
    const made = {
      isComplete: () => settled() !== null,
      isSuccess: () => settled() !== null && outcome.error === undefined,
      isError: () => settled() !== null && outcome.error !== undefined,
      waitForComplete() {
        if (settled() === null) ask("wait", id);
        settled();
      },
      getResponse: () =>
        settled() === null || outcome.error !== undefined ? undefined : responseOf(outcome),
      getError: () => (settled() === null ? undefined : outcome.error),
      getRequest: () => undefined,
    };
    exchangeIds.set(made, id);
    return made;
  }

  /** The answer of a call, in the shape of a response. */
  function responseOf({ status, reason, headers, content }) {
    const named = {};
    for (const [name, values] of headers) named[name.toLowerCase()] = values;
    const find = (key) => named[String(key).toLowerCase()];
    const fixed = (value) => ({ value, writable: true, enumerable: true, configurable: true });
    const payload = payloadOf({ text: content }, () => ({}));
    return {
      status: statusOf({ code: fixed(status), message: fixed(reason) }),
      headers: new Proxy(
        {},
        {
          get: (target, key) => {
            if (typeof key !== "string") return target[key];
            const values = find(key);
            return values ? valuesOf(values) : target[key];
          },
          has: (_, key) => find(key) !== undefined,
          ownKeys: () => keys(named),
          getOwnPropertyDescriptor: (_, key) =>
            find(key) && { value: valuesOf(find(key)), enumerable: true, configurable: true, writable: true },
        },
      ),
      content: payload,
      body: payload,
    };
  }

  function Request(url, method, headers, body) {
    this.url = url;
    this.method = method === undefined ? "GET" : method;
    this.headers = headers === undefined ? {} : headers;
    this.body = body;
  }

  function send(request, callback) {
    const { url, method, headers, body } = typeof request === "object" ? request : { url: request };
    const id = ask("send", {
      url: String(url),
      method: method === undefined || method === null ? "GET" : String(method),
      headers: headersOf(headers),
      body: body === undefined || body === null ? null : String(body),
    });
    const made = exchange(id);
    if (typeof callback === "function") callbacks.push([made, callback]);
    return made;
  }

  function headersOf(headers) {
    if (headers === undefined || headers === null) return [];
    if (messageNames.has(headers)) return [];
    return keys(headers).map((name) => [name, String(headers[name])]);
  }

  const httpClient = {
    send,
    get: (request, callback) =>
      send(typeof request === "object" ? { ...request, method: "GET" } : request, callback),
  };

  // Hashes and dates.

  function hash(algorithm) {
    const parts = [];
    const digest = (encoding) => () => ask("hash", algorithm, encoding, parts.join(""));
    return {
      update(text) {
        parts.push(String(text));
      },
      digest: digest("hex"),
      digest64: digest("base64"),
    };
  }
  const hashes = { MD5: "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512" };
  const crypto = {
    getMD5: () => hash("md5"),
    getSHA1: () => hash("sha1"),
    getSHA256: () => hash("sha256"),
    getSHA512: () => hash("sha512"),
    getHash(name) {
      const algorithm = hashes[String(name).toUpperCase()];
      if (algorithm === undefined) throw new Error(`there is no hash ${name}`);
      return hash(algorithm);
    },
    dateFormat: (format, zone, ms) =>
      ask(
        "format date",
        String(format),
        zone === undefined || zone === null ? "UTC" : String(zone),
        ms === undefined || ms === null ? Date.now() : Number(ms),
      ),
  };

  // What outlives an execution: the session of a request's scripts.

  let session = {};
  const withoutExchanges = (_, value) =>
    typeof value === "object" && value !== null && exchangeIds.has(value)
      ? { exchange: exchangeIds.get(value) }
      : value;
  const withExchanges = (_, value) =>
    typeof value === "object" &&
    value !== null &&
    typeof value.exchange === "number" &&
    keys(value).length === 1
      ? exchange(value.exchange)
      : value;

  const context = { getVariable, setVariable, removeVariable };
  const global = (name, get) =>
    defineProperty(globalThis, name, {
      get,
      set: (value) =>
        defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true }),
      enumerable: true,
      configurable: true,
    });
  let properties = {};
  let flow = "PROXY_REQ_FLOW";
  for (const [name, of] of [
    ["proxyRequest", "request"],
    ["targetRequest", "request"],
    ["proxyResponse", "response"],
    ["targetResponse", "response"],
    ["errorResponse", "error"],
  ]) {
    defineProperty(context, name, { get: () => message(of), enumerable: true, configurable: true });
  }
  defineProperty(context, "session", {
    get: () => session,
    set: (value) => {
      session = value;
    },
    enumerable: true,
    configurable: true,
  });
  defineProperty(context, "flow", { get: () => flow, enumerable: true, configurable: true });
  for (const name of ["request", "response", "message", "error"]) global(name, () => message(name));
  global("context", () => context);
  global("properties", () => properties);
  global("crypto", () => crypto);
  global("httpClient", () => httpClient);
  global("Request", () => Request);
  global("print", () => print);
  global("XML", () => world.xml);
  global("XMLList", () => world.xmlList);
  global("Namespace", () => world.namespace);
  defineProperty(globalThis, "__qualified__", { value: world.qualified });
  defineProperty(globalThis, "__each__", { value: world.eachOf });

  function print(...values) {
    ask("print", values.map((value) => String(value)).join(" "));
  }

  let main = null;
  let names = [];
  const entries = {
    /** The function of a script; its parameters are globals that it declares anew. */
    define(fn) {
      main = fn();
      names = fn.names || [];
      return hasDrawn;
    },
    run(input) {
      const start = parse(input);
      seed = start.seed;
      given = start.variables;
      properties = start.properties;
      flow = start.flow;
      session = parse(start.session, withExchanges);
      main.apply(
        globalThis,
        names.map((name) => globalThis[name]),
      );
      for (let next = callbacks.shift(); next !== undefined; next = callbacks.shift()) {
        const [made, callback] = next;
        made.waitForComplete();
        callback(made.getResponse(), made.getError());
      }
      tellObjects();
      tellViews();
      const kept = stringify(session, withoutExchanges);
      if (kept !== start.session) ask("keep", kept);
    },
    describe(thrown) {
      const isError = thrown instanceof Error;
      const text = (value) => {
        try {
          return String(value);
        } catch {
          return "";
        }
      };
      return stringify(
        isError ? [text(thrown.name), text(thrown.message), text(thrown.stack)] : ["", text(thrown), ""],
      );
    },
  };
  return (entry, value) => entries[entry](value);
});
