import type { DescMessage } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import * as schemas from "../../../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import * as fields from "../../../../../src/policies/callouts/external-callout/wire/fields.ts";

const messages: [Readonly<Record<string, number>>, DescMessage][] = [
  [fields.context, schemas.MessageContextSchema],
  [fields.request, schemas.RequestSchema],
  [fields.response, schemas.ResponseSchema],
  [fields.error, schemas.ErrorSchema],
  [fields.fault, schemas.FaultSchema],
  [fields.apiProxy, schemas.ApiProxySchema],
  [fields.client, schemas.ClientSchema],
  [fields.currentFlow, schemas.CurrentFlowSchema],
  [fields.proxy, schemas.ProxySchema],
  [fields.route, schemas.RouteSchema],
  [fields.target, schemas.TargetSchema],
  [fields.strings, schemas.StringsSchema],
  [fields.flowVariable, schemas.FlowVariableSchema],
];

test.each(messages)("%j are numbers of the definition", (numbers, schema) => {
  const defined = Object.fromEntries(schema.fields.map(({ localName, number }) => [localName, number]));
  expect(defined).toMatchObject(numbers);
});
