// Calls of `httpClient`, and their exchanges, which outlive an execution in `context.session` and in variables.
(function addCalls(world) {
  const { ask, parse, stringify, messageNames, payloadOf, statusOf, valuesOf } = world;
  const { keys } = Object;

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

  /** Runs the callbacks of calls, and those that they add. */
  function runCallbacks() {
    while (callbacks.length > 0) {
      const [made, callback] = callbacks.shift();
      made.waitForComplete();
      callback(made.getResponse(), made.getError());
    }
  }

  Object.assign(world, {
    httpClient,
    Request,
    runCallbacks,
    parseKept: (text) => parse(text, withExchanges),
    stringifyKept: (value) => stringify(value, withoutExchanges),
  });
});
