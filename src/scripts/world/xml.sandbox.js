// XML as scripts for Rhino know it (E4X, ECMA-357), as far as `content.asXML` and `new XML(text)` go. An element and a
// list of elements are the same thing here: a list with one member acts as that member.
(function addXml(world) {
  const { defineProperty, keys } = Object;
  const has = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
  const DECLARATION = "http://www.w3.org/2000/xmlns/";
  const nodesOf = new WeakMap();

  /** The tree that the host has made of a text: `[name, namespace, [[name, namespace, value]], children]`, or text. */
  function tree(parsed, parent) {
    if (typeof parsed === "string") return { kind: "text", value: parsed, parent };
    const [name, uri, attributes, children] = parsed;
    const element = { kind: "element", name, uri, parent };
    element.attributes = attributes.map((attribute) => attributeOf(attribute, element));
    element.children = children.map((child) => tree(child, element));
    return element;
  }

  const attributeOf = ([name, uri, value], parent) => ({ kind: "attribute", name, uri, value, parent });

  const localName = ({ name }) => name.slice(name.indexOf(":") + 1);

  /** Whether a name is the place of a member in a list. */
  const isIndex = (name) => /^\d+$/.test(name);

  /** Whether a node goes by a name as scripts write it: `id`, `*`, or `{namespace}id`. */
  function isCalled(node, name) {
    if (name === "*") return true;
    const [, uri = "", local = name] = /^\{(.*)\}(.*)$/.exec(name) || [];
    return (local === "*" || localName(node) === local) && (uri === "*" || (node.uri || "") === uri);
  }

  const isElement = ({ kind }) => kind === "element";
  const elementsOf = (node, name) =>
    isElement(node) ? node.children.filter((child) => isElement(child) && isCalled(child, name)) : [];
  const childrenOf = (node, name) => (name === "*" ? node.children || [] : elementsOf(node, name));
  const attributesOf = (node, name) =>
    isElement(node) ? node.attributes.filter((each) => each.uri !== DECLARATION && isCalled(each, name)) : [];
  const descendantsOf = (node, name) =>
    (node.children || []).flatMap((child) => [
      ...(name === "*" || (isElement(child) && isCalled(child, name)) ? [child] : []),
      ...descendantsOf(child, name),
    ]);
  const attributesBelow = (node, name) =>
    [node, ...descendantsOf(node, "*")].flatMap((each) => attributesOf(each, name));

  // Text.

  const isSimple = (node) => !isElement(node) || !node.children.some(isElement);
  const isSimpleList = (nodes) => (nodes.length === 1 ? isSimple(nodes[0]) : !nodes.some(isElement));
  const contentOf = (node) => (isElement(node) ? node.children.map(contentOf).join("") : node.value);
  const textOf = (nodes) => (isSimpleList(nodes) ? nodes.map(contentOf).join("") : markup(nodes));
  const markup = (nodes) => nodes.map((node) => print(node, "", inherited(node))).join("\n");

  const references = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\n": "&#xA;",
    "\r": "&#xD;",
    "\t": "&#x9;",
  };
  const escaped = (text, pattern) => text.replace(pattern, (character) => references[character]);

  /** The namespaces that an element has from those around it. */
  function inherited({ parent, attributes = [] }) {
    const known = new Set(attributes.map(({ name }) => name));
    const found = [];
    for (let around = parent; around; around = around.parent) {
      for (const attribute of around.attributes) {
        if (attribute.uri !== DECLARATION || known.has(attribute.name)) continue;
        known.add(attribute.name);
        found.push(attribute);
      }
    }
    return found;
  }

  function print(node, indent, more) {
    if (!isElement(node)) return indent + escaped(node.value.trim(), /[&<>]/g);
    const { name, attributes, children } = node;
    const written = [...attributes, ...more].map(
      (each) => ` ${each.name}="${escaped(each.value, /[&<"\n\r\t]/g)}"`,
    );
    const open = `${indent}<${name}${written.join("")}`;
    if (children.length === 0) return `${open}/>`;
    if (!children.some(isElement)) return `${open}>${escaped(contentOf(node), /[&<>]/g)}</${name}>`;
    const inside = children.map((child) => print(child, `${indent}  `, []));
    return `${open}>\n${inside.join("\n")}\n${indent}</${name}>`;
  }

  // Changes.

  const textNode = (value, parent) => ({ kind: "text", value: String(value), parent });
  function copyOf(node, parent) {
    const copy = { ...node, parent };
    if (isElement(node)) {
      copy.attributes = node.attributes.map((each) => ({ ...each, parent: copy }));
      copy.children = node.children.map((child) => copyOf(child, copy));
    }
    return copy;
  }
  const given = (value, parent) =>
    nodesOf.has(value) ? nodesOf.get(value).map((node) => copyOf(node, parent)) : [textNode(value, parent)];

  /** Gives a node a value. Returns what stands in its place then: mostly itself. */
  function fill(node, value) {
    if (!isElement(node)) node.value = String(value);
    else if (nodesOf.has(value) && nodesOf.get(value).some(isElement)) return replace(node, value);
    else node.children = [textNode(value, node)];
    return [node];
  }
  function replace(node, value) {
    const { parent } = node;
    if (!parent) return [node];
    const made = given(value, parent);
    parent.children.splice(parent.children.indexOf(node), 1, ...made);
    node.parent = null;
    return made;
  }
  function remove(node) {
    const of = node.kind === "attribute" ? "attributes" : "children";
    if (node.parent) node.parent[of] = node.parent[of].filter((each) => each !== node);
    node.parent = null;
  }

  /** `list.name = value`, which makes what is not there. */
  function assign(nodes, name, value) {
    const [first, ...others] = membersOf(nodes, name);
    others.forEach(remove);
    if (first) {
      const filled = fill(first, value);
      if (isIndex(name)) nodes.splice(Number(name), 1, ...filled);
      return;
    }
    const [owner] = nodes;
    if (nodes.length !== 1 || !isElement(owner))
      throw new TypeError("Assignment to lists with more than one item is not supported.");
    if (name[0] === "@") owner.attributes.push(attributeOf([name.slice(1), "", String(value)], owner));
    else {
      const made = { kind: "element", name, uri: owner.uri, parent: owner, attributes: [], children: [] };
      owner.children.push(made);
      fill(made, value);
    }
  }

  // What scripts hold.

  /** The nodes that `list.name` means. */
  function membersOf(nodes, name) {
    if (isIndex(name)) return nodes.slice(Number(name), Number(name) + 1);
    if (name[0] === "@") return nodes.flatMap((node) => attributesOf(node, name.slice(1)));
    return nodes.flatMap((node) => childrenOf(node, name));
  }

  const name = (value) => (value === undefined ? "*" : String(value));
  const methods = {
    attribute: (nodes, which) => list(membersOf(nodes, `@${which}`)),
    attributes: (nodes) => list(membersOf(nodes, "@*")),
    appendChild(nodes, value) {
      for (const node of nodes) node.children.push(...given(value, node));
      return list(nodes);
    },
    child: (nodes, which) => list(membersOf(nodes, String(which))),
    children: (nodes) => list(membersOf(nodes, "*")),
    copy: (nodes) => list(nodes.map((node) => copyOf(node, null))),
    descendants(nodes, which) {
      const [mark, called] = /^(@?)(.*)$/.exec(name(which)).slice(1);
      return list(nodes.flatMap((node) => (mark ? attributesBelow : descendantsOf)(node, called)));
    },
    elements: (nodes, which) => list(nodes.flatMap((node) => elementsOf(node, name(which)))),
    hasComplexContent: (nodes) => !isSimpleList(nodes),
    hasSimpleContent: (nodes) => isSimpleList(nodes),
    length: (nodes) => nodes.length,
    localName: ([node]) => (node?.name ? localName(node) : null),
    name: ([node]) => (node?.name ? (node.uri ? `${node.uri}::` : "") + localName(node) : null),
    namespace: ([node]) => node?.uri || "",
    nodeKind: ([node]) => node?.kind,
    parent: ([node]) => (node?.parent ? list([node.parent]) : null),
    text: (nodes) => list(membersOf(nodes, "*").filter(({ kind }) => kind === "text")),
    toJSON: (nodes) => textOf(nodes),
    toString: (nodes) => textOf(nodes),
    toXMLString: (nodes) => markup(nodes),
    valueOf: (nodes) => textOf(nodes),
  };

  /** @param target with a function the list can also be called, as `order.name()` is where an order has a name */
  function list(nodes, target = {}) {
    const made = new Proxy(target, {
      get(_, key) {
        if (key === Symbol.toPrimitive)
          return (hint) => (hint === "number" ? Number(textOf(nodes)) : textOf(nodes));
        if (typeof key !== "string") return undefined;
        const method = has(methods, key) ? (...values) => methods[key](nodes, ...values) : undefined;
        const members = membersOf(nodes, key);
        if (method !== undefined)
          return members.length > 0 && key !== "toString" ? list(members, method) : method;
        return isIndex(key) && members.length === 0 ? undefined : list(members);
      },
      set(_, key, value) {
        assign(nodes, String(key), value);
        return true;
      },
      deleteProperty(_, key) {
        membersOf(nodes, String(key)).forEach(remove);
        return true;
      },
      has: (_, key) => typeof key === "string" && membersOf(nodes, key).length > 0,
      ownKeys: () => keys(nodes),
      getOwnPropertyDescriptor: (_, key) =>
        has(nodes, key) && key !== "length"
          ? { value: list([nodes[key]]), writable: true, enumerable: true, configurable: true }
          : undefined,
    });
    nodesOf.set(made, nodes);
    return made;
  }

  function parsed(text) {
    try {
      return tree(world.ask("parse xml", text), null);
    } catch (error) {
      throw new TypeError(error.message);
    }
  }

  /** The root element of a document; text that is none becomes a text. */
  world.xml = function XML(value) {
    if (nodesOf.has(value)) return list(nodesOf.get(value));
    const text = value === undefined || value === null ? "" : String(value);
    return list(text.includes("<") ? [parsed(text)] : [textNode(text, null)]);
  };

  world.xmlList = function XMLList(value) {
    if (nodesOf.has(value)) return list(nodesOf.get(value));
    const nodes = parsed(`<list>${value === undefined ? "" : value}</list>`).children;
    for (const node of nodes) node.parent = null;
    return list(nodes);
  };

  world.namespace = function Namespace(...values) {
    const uri = String(values[values.length - 1] || "");
    const prefix = values.length > 1 ? String(values[0]) : undefined;
    const made = { uri, prefix };
    defineProperty(made, "toString", { value: () => uri });
    return made;
  };

  /** The name of `namespace::local`. */
  world.qualified = (namespace, local) => `{${namespace}}${local}`;

  /** The values that `for each (… in object)` goes through. */
  world.eachOf = function* eachOf(object) {
    if (object === null || object === undefined) return;
    for (const key in Object(object)) yield object[key];
  };
});
