// Package gateway holds the gateways. A gateway says which replicas may be given a further request;
// all other requests wait in front of the router, where the order of the run puts them in line. To
// add a gateway, copy limits.go, and add a line to policies/registry/gateways.go.
package gateway

import (
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// None is a gateway that every request passes at once.
type None struct{}

// NewNone returns the gateway.
func NewNone() None { return None{} }

// Open implements sim.Gateway.
func (None) Open(*sim.View, fleet.ReplicaID, *fleet.Request) bool { return true }

// ByClass implements sim.Gateway.
func (None) ByClass() bool { return false }

// String returns "none".
func (None) String() string { return "none" }
