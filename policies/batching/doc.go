// Package batching holds the batchers. Each is one rule that says when a replica starts a batch,
// and of which requests. To add a batcher, copy greedy.go, or clockwork.go if it depends on
// deadlines. Then add a line to policies/registry/batchers.go.
package batching
