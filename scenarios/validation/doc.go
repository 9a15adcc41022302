// Package validation compares the simulator with queueing theory. It writes each queue as a
// scenario and runs this scenario as any other one: with the scenario reader, the router, the
// batcher and the engine. Then it compares the observed values with exact values from formulas.
package validation
