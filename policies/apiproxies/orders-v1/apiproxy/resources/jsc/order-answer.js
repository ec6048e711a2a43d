// Makes the answer of what the orders service knows and what the flow has found out.
var order = JSON.parse(response.content);
var days = context.getVariable("shippingResponse.content");
var score = context.getVariable("risk.score");

/** The day, as 2026-03-04, that many days later. */
function daysLater(day, days) {
  "use strict";
  var date = new Date(day + "T00:00:00Z");
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

response.content = JSON.stringify({
  id: order.id,
  status: order.status,
  total: { amount: Number(order.total), currency: order.currency },
  customer: { name: context.getVariable("customer.name") },
  stock: { available: context.getVariable("stock.available") },
  risk: { score: score },
  shipping: days === null ? { days: null } : { days: Number(days), arrives: daysLater(order.placed, Number(days)) }
});
