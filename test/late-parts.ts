import "../src/expression/all.ts";
import { propertySetReader } from "../src/bundle/resources.ts";

// Tests ask for single things, without what loads them for a bundle.
await propertySetReader.load();
