// Hashes and dates.
(function addCrypto(world) {
  const { ask } = world;

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
  world.crypto = {
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
});
