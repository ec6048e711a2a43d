// Messages are variables in another dress: `request.verb` is `request.method`.
(function addMessages(world) {
  const { ask, getVariable, setVariable, removeVariable, namedValues, payloadOf, viewOf } = world;
  const { defineProperty, keys } = Object;

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
        world.forget();
        ask("set url part", part, String(value));
      },
      configurable: true,
    };
  }

  Object.assign(world, { message, messageNames, statusOf });
});
