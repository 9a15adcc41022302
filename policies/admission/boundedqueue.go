package admission

import (
	"errors"
	"fmt"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// DefaultLimit is the default number of requests that BoundedQueue lets wait for a model.
const DefaultLimit = 100

// BoundedQueue turns a request away if too many requests wait already: as many as the limit of its
// model, or as many of its class as the limit of this class. Requests that wait at replicas count,
// and so do those that the router keeps back. Requests in service do not count. So a model with c
// places in service and the limit k never has more than c + k requests in the system (M/M/c/K, K =
// c + k).
type BoundedQueue struct {
	limit   int
	classes []ClassLimit
	waiting []int // number of waiting requests, by model and class limit
}

// ClassLimit is how many requests of a class may wait for a model.
type ClassLimit struct {
	Class fleet.ClassID
	Name  string // name of the class
	Limit int
}

// NewBoundedQueue returns an admission with a limit for each model, and limits for some classes.
func NewBoundedQueue(limit int, classes ...ClassLimit) (*BoundedQueue, error) {
	var faults []error
	if limit < 1 {
		faults = append(faults, fmt.Errorf("limit: %d is below 1", limit))
	}
	for _, c := range classes {
		if c.Limit < 0 {
			faults = append(faults, fmt.Errorf("classes.%s: %d is negative", c.Name, c.Limit))
		}
	}
	return &BoundedQueue{limit: limit, classes: classes}, errors.Join(faults...)
}

// Admit implements sim.Admission. The View already counts the request itself as waiting.
func (a *BoundedQueue) Admit(v *sim.View, r *fleet.Request) bool {
	if v.Waiting(r.Model) > a.limit {
		return false
	}
	for i, c := range a.classes {
		if c.Class == r.Class && *a.count(r.Model, i) > c.Limit {
			return false
		}
	}
	return true
}

// count returns the counter of waiting requests for a model and a class limit.
func (a *BoundedQueue) count(m fleet.ModelID, limit int) *int {
	at := int(m)*len(a.classes) + limit
	for at >= len(a.waiting) {
		a.waiting = append(a.waiting, 0)
	}
	return &a.waiting[at]
}

// changes returns by how much a fact changes the number of waiting requests.
func changes(kind sim.FactKind) int {
	switch kind {
	case sim.RequestArrived, sim.RequestPreempted, sim.RequestInterrupted:
		return 1
	case sim.RequestStarted, sim.RequestResumed, sim.RequestRejected, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestWithdrawn:
		return -1
	}
	return 0
}

// Wants implements sim.Selective.
func (a *BoundedQueue) Wants(kind sim.FactKind) bool { return len(a.classes) > 0 && changes(kind) != 0 }

// Observe implements sim.Observer. It counts the waiting requests of the classes with limits.
func (a *BoundedQueue) Observe(f *sim.Fact) {
	if !a.Wants(f.Kind) {
		return
	}
	for i, c := range a.classes {
		if c.Class == f.Request.Class {
			*a.count(f.Request.Model, i) += changes(f.Kind)
		}
	}
}

// String returns "bounded-queue", with the parameters that differ from their defaults.
func (a *BoundedQueue) String() string {
	var parts []string
	if a.limit != DefaultLimit {
		parts = append(parts, fmt.Sprintf("limit %d", a.limit))
	}
	for _, c := range a.classes {
		parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.Limit))
	}
	if len(parts) == 0 {
		return "bounded-queue"
	}
	return "bounded-queue(" + strings.Join(parts, ", ") + ")"
}
