import xpath from "xpath";

/**
 * The library looks for each node it adds among all that it has, which takes minutes on a large document. A set
 * finds it at once.
 */
xpath.XNodeSet.prototype.addArray = function addArray(nodes) {
  this.nodes = [...new Set([...this.nodes, ...nodes])];
  this.size = this.nodes.length;
  this.tree = null;
};

export const parse = xpath.parse;
export const functions = new xpath.FunctionResolver();
