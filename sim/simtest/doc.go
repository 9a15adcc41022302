// Package simtest holds helpers for tests of runs: small specs, a fixed fleet, synthetic arrivals,
// and observers that check invariants of the facts.
package simtest
