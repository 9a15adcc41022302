// Package simtest holds what tests of runs share: small specs, a fixed fleet, synthetic arrivals,
// and the checker that watches every invariant of the facts.
package simtest
