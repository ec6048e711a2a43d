/** What the example services know. The keys are the last segment of the path that reads the record. */

/** `GET /orders/{order}` of the orders service. */
export const orders = new Map([
  ["1001", { id: "1001", status: "shipped", placed: "2026-03-02", currency: "EUR", total: "412.50" }],
  ["1002", { id: "1002", status: "packing", placed: "2026-03-05", currency: "EUR", total: "96.00" }],
]);

/** `GET /reservations/{order}` of the inventory service: what the warehouse holds, and for whom. */
export const reservations = new Map([
  ["1001", { order: "1001", customer: "acme-tools", article: "cordless-drill", reserved: 3, available: 42 }],
  ["1002", { order: "1002", customer: "left-hand", article: "wood-screws", reserved: 12, available: 7 }],
]);

/** `GET /customers/{customer}` of the customers service. */
export const customers = new Map([
  ["acme-tools", { id: "acme-tools", name: "Acme Tools GmbH", city: "Berlin" }],
  ["left-hand", { id: "left-hand", name: 'The "Left-Hand" Screw Company', city: "Bristol" }],
]);

/** `GET /v1/transit-times` of the carrier: days by city. */
export const transitDays = new Map([
  ["Berlin", 1],
  ["Bristol", 4],
]);

/** `GET /v1/parcels` of the carrier, by the account that asks. */
export const parcels = new Map([
  ["acme-tools", [{ number: "P-1001", state: "on its way", city: "Berlin" }]],
  ["left-hand", [{ number: "P-1002", state: "announced", city: "Bristol" }]],
]);
