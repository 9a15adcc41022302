// Package batching holds the batchers: one rule each for when a replica starts which batch.
package batching
