// Headers and parameters: `request.headers.x` is the variable `request.header.x`, with as many values as it has.
(function addLists(world) {
  const { getVariable, setVariable, removeVariable } = world;
  const { keys } = Object;
  const { isArray } = Array;
  const has = Function.prototype.call.bind(Object.prototype.hasOwnProperty);

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

  Object.assign(world, { valuesOf, namedValues });
});
