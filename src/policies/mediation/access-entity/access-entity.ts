import { after } from "../../../clients/after.ts";
import { DirectoryError } from "../../../clients/directory.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";
import { definePolicy } from "../../policy-type.ts";
import { keyFaults } from "../../security/clients/faults.ts";
import { type Entity, findEntity } from "./find-entity.ts";
import { profileOf } from "./profile.ts";
import { childNodes, markupOf } from "./profile-tree.ts";
import { readAccessEntity } from "./read.ts";

/** Characters. No identifier is longer, so nothing has it. */
const LONGEST_ID = 2048;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

/**
 * Puts the profile of an app, API product, developer, app group or consumer key into variables, whatever its status; they
 * are unset where there is none. Apigee: "AccessEntity policy".
 *
 * Faults: `sortie.ClientsUnavailable`.
 */
export const accessEntity = definePolicy({
  element: "AccessEntity",
  variablePrefix: "accessentity",
  needs: ["directory"],
  faults: { unavailable: keyFaults.unavailable },

  read: readAccessEntity,

  build({ entity, identifier, secondary, format }, context) {
    const { directory, policy } = context;
    const id = context.variable(identifier.ref);
    const second = secondary && { type: secondary.type, variable: context.variable(secondary.ref) };
    const whole = `AccessEntity.${policy}`;
    const parts = new OwnVariables(`AccessEntity.ChildNodes.${policy}.`);
    /** Put together once for each entity. */
    const known = new WeakMap<Entity["entity"], Profile>();

    const tell = (flow: FlowContext, found: Entity | null): void => {
      if (found === null) return;
      const profile = known.get(found.entity) ?? compileProfile(found, flow.identity.organization);
      known.set(found.entity, profile);
      flow.variables.set(whole, profile.text);
      parts.set(flow, profile.parts);
    };
    const compileProfile = format === "JSON" ? jsonProfile : xmlProfile;
    const fail = (error: unknown): never => {
      throw error instanceof DirectoryError ? keyFaults.unavailable().causedBy(error) : error;
    };
    const isId = (text: string) => text !== "" && text.length <= LONGEST_ID;

    return function access(flow) {
      flow.variables.delete(whole);
      parts.clear(flow);
      const wanted = {
        entity,
        by: identifier.type,
        id: textOf(id.get(flow)),
        secondary: second && { type: second.type, id: textOf(second.variable.get(flow)) },
      };
      if (!isId(wanted.id) || (wanted.secondary && !isId(wanted.secondary.id))) return;
      try {
        const done = after(findEntity(directory, wanted, flow.exchange), (found) => tell(flow, found));
        return done instanceof Promise ? done.catch(fail) : done;
      } catch (error) {
        fail(error);
      }
    };
  },
});

/** What is told of an entity: as a whole, and each of its parts. */
interface Profile {
  readonly text: string;
  readonly parts: readonly Told[];
}

function xmlProfile(found: Entity, organization: string): Profile {
  const tree = profileOf(found, organization);
  return { text: DECLARATION + markupOf(tree), parts: childNodes(tree) };
}

/** As the management API has it, without what is empty, and without the operations of which only the proxies are kept. */
function jsonProfile({ entity }: Entity): Profile {
  const isLeftOut = (name: string, value: unknown) =>
    value === "" || value === null || /^(?:graphql|grpc|llm|payload)OperationGroup$/.test(name);
  const json = JSON.stringify(entity, (name, value) => (isLeftOut(name, value) ? undefined : value));
  return { text: json, parts: [] };
}
