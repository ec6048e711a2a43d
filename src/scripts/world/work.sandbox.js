// QuickJS counts loops and calls, whatever a call takes. What goes through a large text or array by itself is
// counted here besides, by its size.
(function countWork({ spend }) {
  const { apply } = Reflect;
  const { defineProperty, getPrototypeOf } = Object;

  const sizeOf = (value) =>
    typeof value === "string" || (typeof value === "object" && value !== null)
      ? Number(value.length) || 0
      : 0;

  /**
   * @param perTick how many characters or members are one unit of work; fewer are not counted
   * @param isMethod whether the functions work on what they are called on, not on what they are given
   */
  function count(owner, perTick, names, isMethod = true) {
    for (const name of names) {
      const original = owner[name];
      const { [name]: counting } = {
        [name](...values) {
          const before = sizeOf(isMethod ? this : values[0]);
          if (before > perTick) spend(before / perTick);
          const result = apply(original, this, values);
          const after = sizeOf(result);
          if (after > before && after > perTick) spend((after - before) / perTick);
          return result;
        },
      };
      defineProperty(counting, "length", { value: original.length, configurable: true });
      defineProperty(owner, name, { value: counting, writable: true, enumerable: false, configurable: true });
    }
  }

  const moves = ["slice", "concat"];
  const scans = ["indexOf", "lastIndexOf", "includes"];
  const cases = ["toLowerCase", "toUpperCase", "toLocaleLowerCase", "toLocaleUpperCase"];
  count(String.prototype, 20_000, [...moves, "substring", "substr", "repeat", "padStart", "padEnd", "trim"]);
  count(String.prototype, 4_000, [
    ...scans,
    ...cases,
    "split",
    "replace",
    "replaceAll",
    "localeCompare",
    "normalize",
  ]);
  count(Array.prototype, 20_000, [...moves, "splice", "shift", "unshift", "reverse", "fill", "copyWithin"]);
  count(Array.prototype, 2_000, scans);
  count(Array.prototype, 200, ["join", "sort", "flat"]);
  const bytes = getPrototypeOf(Uint8Array.prototype);
  count(bytes, 20_000, ["slice", "reverse", "fill", "copyWithin", "set"]);
  count(bytes, 2_000, scans);
  count(bytes, 200, ["join", "sort"]);
  count(Object, 1_000, ["keys", "values", "entries", "getOwnPropertyNames"], false);
  count(JSON, 1_000, ["parse", "stringify"], false);
  count(globalThis, 2_000, ["encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI"], false);
  count(globalThis, 2_000, ["escape", "unescape"], false);
});
