/** How texts are searched by terms. Foundry: "ContainsAllTermsQuery" and the like. */
export type TermQuery =
  | "containsAllTerms"
  | "containsAnyTerm"
  | "containsAllTermsInOrder"
  | "containsAllTermsInOrderPrefixLastTerm";

/** The words of a text in lower case: runs of letters, marks and digits. */
export function termsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Says of texts whether they have the terms of a searched text. Nothing has those of a text without any. */
export function termMatcher(query: TermQuery, searched: string): (text: string) => boolean {
  const terms = termsOf(searched);
  if (terms.length === 0) return () => false;
  switch (query) {
    case "containsAllTerms":
      return (text) => {
        const found = new Set(termsOf(text));
        return terms.every((term) => found.has(term));
      };
    case "containsAnyTerm":
      return (text) => {
        const found = new Set(termsOf(text));
        return terms.some((term) => found.has(term));
      };
    case "containsAllTermsInOrder":
      return (text) => followsIn(termsOf(text), terms, (found, term) => found === term);
    case "containsAllTermsInOrderPrefixLastTerm":
      return (text) => followsIn(termsOf(text), terms, (found, term) => found.startsWith(term));
  }
}

/** Whether the terms stand one after the other somewhere; the last one is compared by `isLast`. */
function followsIn(
  found: readonly string[],
  terms: readonly string[],
  isLast: (found: string, term: string) => boolean,
): boolean {
  const last = terms.length - 1;
  return found.some((_, start) =>
    terms.every((term, index) => {
      const at = found[start + index];
      return at !== undefined && (index === last ? isLast(at, term) : at === term);
    }),
  );
}
