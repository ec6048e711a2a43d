/** Read as text: see the rules of `wrangler.toml`. */
declare module "*.sandbox.js" {
  const text: string;
  export default text;
}
