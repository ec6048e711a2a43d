/** A JSON text of about a megabyte, like the answer of a search: objects with texts, numbers, a list and a null. */
export function largeJson(): string {
  const items = Array.from({ length: 3200 }, (_, index) => ({
    id: `7d9f1c52-93a4-4a55-9a0c-${String(index).padStart(12, "0")}`,
    name: `Customer no. ${index} says "hello"`,
    address: { street: "Queen Charlotte Street", number: index, city: "Bristol", country: "GB" },
    amount: index * 1.25,
    isActive: index % 3 === 0,
    parent: null,
    tags: ["new", "north", "retail"],
    note: "The quick brown fox jumps over the lazy dog, again and again, until the evening.",
  }));
  return JSON.stringify({ items });
}
