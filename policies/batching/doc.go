// Package batching holds the batchers: one rule each for when a replica starts which batch. A
// batcher that is to be added begins as a copy of greedy.go, or of clockwork.go if it knows
// deadlines. One line in policies/registry/batchers.go names it.
package batching
