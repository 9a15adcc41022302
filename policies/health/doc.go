// Package health holds levers that take replicas out of rotation (sim.Health). Each has its own
// file. To add one, copy readiness.go, and add a line to policies/registry/healths.go.
package health
