// What scripts find in the objects that the engine itself has.
(function addBuiltins({ ask }) {
  const { defineProperty, keys } = Object;

  // The engine seeds its random numbers once; each execution that draws any asks for a seed of its own (sfc32).
  let seed = null;
  Math.random = function random() {
    let [a, b, c, d] = seed || ask("seed");
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
});
