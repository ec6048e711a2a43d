/** The numbers of the fields that are written and read, as `external_callout.proto` gives them. */

export const context = {
  request: 1,
  response: 2,
  error: 3,
  fault: 5,
  apiProxy: 6,
  client: 7,
  currentFlow: 8,
  messageId: 9,
  organizationName: 10,
  environmentName: 11,
  proxy: 12,
  route: 13,
  target: 14,
  additionalFlowVariables: 15,
} as const;

export const request = {
  uri: 1,
  verb: 2,
  httpVersion: 3,
  headers: 4,
  formParams: 5,
  queryParams: 6,
  content: 7,
} as const;

export const response = { statusCode: 1, reasonPhrase: 2, headers: 3, content: 4 } as const;

export const error = { message: 1, response: 2 } as const;

export const fault = { name: 1, faultString: 4 } as const;

export const apiProxy = { name: 1, revision: 2 } as const;

export const client = { host: 4, ip: 5, port: 9, scheme: 10, sslEnabled: 12 } as const;

export const currentFlow = { name: 1, description: 2 } as const;

export const proxy = { endpointName: 1, clientIp: 2, basePath: 3, pathSuffix: 4, url: 5 } as const;

export const route = { name: 1, target: 2 } as const;

export const target = {
  basePath: 1,
  copyPathSuffix: 2,
  copyQueryParams: 3,
  expectedCn: 7,
  host: 8,
  name: 11,
  port: 14,
  scheme: 15,
  sslEnabled: 17,
  url: 18,
} as const;

export const strings = { strings: 1 } as const;

export const flowVariable = { int32: 1, int64: 2, string: 3, bool: 4, double: 5 } as const;

/** Each entry of a map is a message of its own. */
export const entry = { key: 1, value: 2 } as const;
