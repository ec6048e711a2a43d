var verb = context.getVariable('request.verb');
var page = context.getVariable('request.queryparam.page');
context.setVariable('client.call', verb + ' ' + page);
