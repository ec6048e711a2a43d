// Variables. Of a value for which JSON has no word, the host is told an object with one key that says what it is.
(function addVariables(world) {
  const { ask } = world;
  const { defineProperty, hasOwn } = Object;
  const CONTENT = ".content";

  /** A value of the host's, as scripts see it. */
  function received(value) {
    if (value === null || typeof value !== "object") return value;
    if ("list" in value) return collection(value.list);
    if ("message" in value) return world.message(value.message);
    if ("number" in value) return Number(value.number);
    return world.parseKept(value.object);
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
        if (world.messageNames.has(value)) return { message: world.messageNames.get(value) };
        return { object: textOf(value), text: String(value) };
      default:
        return String(value);
    }
  }

  /** What can be kept of an object; cycles and the like leave nothing. */
  function textOf(value) {
    try {
      return world.stringifyKept(value) || "null";
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

  /** What the script is known to read, until it sets something: that may change anything. */
  let given = null;
  /** Objects that this execution has set, with what was told of them: a variable holds the object itself. */
  const objects = new Map();
  let hasObjects = false;
  function getVariable(name) {
    const key = String(name);
    if (given !== null && hasOwn(given, key)) return received(given[key]);
    if (world.hasViews() && key.endsWith(CONTENT)) world.tellViews();
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
    if (hasObjects) objects.delete(key);
    if (world.hasViews() && key.endsWith(CONTENT)) world.dropView(key.slice(0, -CONTENT.length));
    const told = sent(value);
    if (told !== null && typeof told === "object" && "object" in told) {
      hasObjects = true;
      objects.set(key, { value, told: told.object });
    }
    ask("set", key, told);
  }
  function removeVariable(name) {
    given = null;
    objects.delete(String(name));
    ask("remove", String(name));
  }
  /** Tells what scripts have changed in objects since they set them. */
  function tellObjects() {
    if (!hasObjects) return;
    for (const [key, { value, told }] of objects) if (sent(value).object !== told) setVariable(key, value);
  }

  Object.assign(world, {
    getVariable,
    setVariable,
    removeVariable,
    tellObjects,
    give(variables) {
      given = variables;
    },
    forget() {
      given = null;
    },
  });
});
