// The world that scripts see. It runs inside the sandbox, once, and every execution begins where it ended.
// Its value is a function that is given the host and the other parts of the world, and returns the one by which the
// machine enters.
(function makeWorld(host, ...parts) {
  const { parse, stringify } = JSON;
  const { defineProperty } = Object;

  /** Asks the host for something: an operation and its arguments. Undefined when it answers nothing. */
  function ask(...request) {
    const answer = host(stringify(request));
    if (answer === undefined) return undefined;
    if (answer[0] === "!") throw new Error(answer.slice(1));
    return parse(answer);
  }

  /** What the parts give each other, each what those behind it need. */
  const world = { ask, parse, stringify };
  for (const part of parts) part(world);
  const { getVariable, setVariable, removeVariable, message } = world;

  /** A property that scripts may replace. */
  const replaceable = (owner, name, get) =>
    defineProperty(owner, name, {
      get,
      set: (value) =>
        defineProperty(owner, name, { value, writable: true, enumerable: true, configurable: true }),
      enumerable: true,
      configurable: true,
    });

  const context = { getVariable, setVariable, removeVariable };
  for (const [name, of] of [
    ["proxyRequest", "request"],
    ["targetRequest", "request"],
    ["proxyResponse", "response"],
    ["targetResponse", "response"],
    ["errorResponse", "error"],
  ]) {
    defineProperty(context, name, { get: () => message(of), enumerable: true, configurable: true });
  }
  defineProperty(context, "flow", { get: () => ask("flow"), enumerable: true, configurable: true });

  /** What the scripts of a request keep for each other, as it was; undefined until this one asks. */
  let found;
  let session;
  defineProperty(context, "session", {
    get() {
      if (found !== undefined) return session;
      found = ask("session");
      session = world.parseKept(found);
      return session;
    },
    set(value) {
      found = "";
      session = value;
    },
    enumerable: true,
    configurable: true,
  });
  function keepSession() {
    const kept = world.stringifyKept(session);
    if (kept !== found) ask("keep", kept);
  }

  let properties = {};
  for (const name of ["request", "response", "message", "error"]) {
    replaceable(globalThis, name, () => message(name));
  }
  replaceable(globalThis, "context", () => context);
  replaceable(globalThis, "properties", () => properties);
  replaceable(globalThis, "crypto", () => world.crypto);
  replaceable(globalThis, "httpClient", () => world.httpClient);
  replaceable(globalThis, "Request", () => world.Request);
  replaceable(globalThis, "print", () => print);
  replaceable(globalThis, "XML", () => world.xml);
  replaceable(globalThis, "XMLList", () => world.xmlList);
  replaceable(globalThis, "Namespace", () => world.namespace);
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
      names = fn.names;
    },
    run(input) {
      const given = parse(input);
      world.give(given.variables);
      if (given.properties !== undefined) properties = given.properties;
      if (names.length === 0) main();
      else main(...names.map((name) => globalThis[name]));
      world.runCallbacks();
      world.tellObjects();
      if (world.hasViews()) world.tellViews();
      if (found !== undefined) keepSession();
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
