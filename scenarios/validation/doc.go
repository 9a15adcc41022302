// Package validation compares the simulator with queueing theory: it writes each queue as a
// scenario, runs it through the scenario path, the router, the batcher and the engine, and compares
// what it observes with the exact value, computed from the formula.
package validation
