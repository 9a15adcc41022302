package gateway

import (
	"errors"
	"fmt"
	"strings"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Defaults of LoadLimits. They are the thresholds at which the flow control of the Gateway API
// Inference Extension of Kubernetes takes a model server for saturated.
const (
	DefaultQueue   = 5
	DefaultKVShare = 0.8
)

// LoadLimits is a gateway that lets requests go on while some replica is below all limits. A limit
// of 0 is none.
//
// A class may have a reserve: so many of the places under the concurrency of each replica are for
// the class alone. A request is given to a replica only if the unused reserves of the other classes
// stay free there.
type LoadLimits struct {
	sim.Handlers
	concurrency int     // requests that a replica was given and has not finished
	queue       int     // requests that wait at a replica and cannot start now
	kv          float64 // share of the KV blocks of a replica that are in use, from 0 to 1
	reserves    []ClassReserve
	used        [][]int // per replica and reserve: unfinished requests of the class
}

// ClassReserve is the places that a class has alone at each replica.
type ClassReserve struct {
	Class  fleet.ClassID
	Name   string
	Places int
}

// NewLoadLimits returns a gateway that closes a replica at any of these limits.
func NewLoadLimits(concurrency, queue int, kv float64, reserves ...ClassReserve) (*LoadLimits, error) {
	var faults []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(concurrency < 0, "concurrency: %d is negative", concurrency)
	wrong(queue < 0, "queue-depth: %d is negative", queue)
	wrong(!(kv >= 0 && kv <= 1), "kv-share: %v is outside [0, 1]", kv)
	sum := 0
	for _, r := range reserves {
		wrong(r.Places < 0, "reserved.%s: %d is negative", r.Name, r.Places)
		sum += max(0, r.Places)
	}
	wrong(sum > 0 && concurrency >= 0 && sum >= concurrency, "reserved: %d places are reserved of a concurrency of %d; leave one for every class", sum, concurrency)
	wrong(len(faults) == 0 && concurrency == 0 && queue == 0 && kv == 0, "concurrency: this gateway has no limit; write gateway: none")
	l := &LoadLimits{concurrency: concurrency, queue: queue, kv: kv, reserves: reserves}
	if sum > 0 {
		l.On(func(f *sim.Fact) { l.count(f, 1) }, sim.RequestRouted)
		l.On(func(f *sim.Fact) { l.count(f, -1) }, leaves...)
	}
	return l, errors.Join(faults...)
}

// leaves are the facts of requests that no longer count at a replica.
var leaves = []sim.FactKind{
	sim.RequestFinished, sim.RequestTimedOut, sim.RequestDropped, sim.RequestFailed, sim.RequestRetried, sim.RequestWithdrawn, sim.RequestCancelled,
	sim.RequestPrefilled, sim.RequestAnswered,
}

// count counts a request of a class with a reserve.
func (l *LoadLimits) count(f *sim.Fact, by int) {
	if f.Replica == fleet.NoReplica || f.Kind == sim.RequestFinished && f.Network > 0 {
		return // it is at no replica
	}
	for i, r := range l.reserves {
		if r.Class == f.Request.Class {
			l.usedAt(f.Replica)[i] += by
		}
	}
}

// usedAt returns the unfinished requests at a replica, per reserve.
func (l *LoadLimits) usedAt(at fleet.ReplicaID) []int {
	if l.used = fleet.AtLeast(l.used, at); l.used[at] == nil {
		l.used[at] = make([]int, len(l.reserves))
	}
	return l.used[at]
}

// kept returns the places of other classes that must stay free at a replica.
func (l *LoadLimits) kept(at fleet.ReplicaID, class fleet.ClassID) (places int) {
	if len(l.reserves) == 0 {
		return 0
	}
	used := l.usedAt(at)
	for i, r := range l.reserves {
		if r.Class != class {
			places += max(0, r.Places-used[i])
		}
	}
	return places
}

// Open implements sim.Gateway.
func (l *LoadLimits) Open(v *sim.View, at fleet.ReplicaID, r *fleet.Request) bool {
	if l.concurrency > 0 && v.Outstanding(at)+l.kept(at, r.Class) >= l.concurrency {
		return false
	}
	if v.Deployment(at).Tokens == nil {
		return l.queue == 0 || v.Queued(at) < l.queue || v.Queued(at)-v.Startable(at) < l.queue
	}
	if l.queue == 0 && l.kv == 0 {
		return true
	}
	load := v.Tokens(at)
	return (l.queue == 0 || load.Waiting < l.queue) && (l.kv == 0 || float64(load.Held) < l.kv*float64(load.Blocks))
}

// ByClass implements sim.Gateway.
func (l *LoadLimits) ByClass() bool { return len(l.reserves) > 0 }

// String returns "limits", with the limits that differ from their defaults.
func (l *LoadLimits) String() string {
	parts := l.parts()
	if len(parts) == 0 {
		return "limits"
	}
	return "limits(" + strings.Join(parts, ", ") + ")"
}

// parts returns the limits that differ from their defaults, and the reserves.
func (l *LoadLimits) parts() (parts []string) {
	if l.concurrency > 0 {
		parts = append(parts, fmt.Sprintf("concurrency %d", l.concurrency))
	}
	if l.queue != DefaultQueue {
		parts = append(parts, fmt.Sprintf("queue-depth %d", l.queue))
	}
	if l.kv != DefaultKVShare {
		parts = append(parts, fmt.Sprintf("kv-share %g", l.kv))
	}
	for _, r := range l.reserves {
		parts = append(parts, fmt.Sprintf("%s %d", r.Name, r.Places))
	}
	return parts
}
