// The payloads of messages: text, with the JSON, XML and form that scripts see in it.
(function addPayloads(world) {
  const { parse, stringify, setVariable } = world;
  const { defineProperty } = Object;

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

  Object.assign(world, {
    viewOf,
    tellViews,
    payloadOf,
    hasViews: () => views.size > 0,
    dropView: (name) => views.delete(name),
  });
});
