import type { ApiProduct } from "./entities.ts";

/** Whether a product has operations of a kind by which no request is matched here. */
export function hasOtherOperations(product: ApiProduct): boolean {
  const { graphqlOperationGroup, grpcOperationGroup, llmOperationGroup, payloadOperationGroup } = product;
  return graphqlOperationGroup || grpcOperationGroup || llmOperationGroup || payloadOperationGroup;
}
