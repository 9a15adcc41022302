package policytest

import (
	"fmt"
	"strings"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

// Scene is a state of the line at the only replica of a model: the waiting requests, and the
// instant at which a batcher is asked.
type Scene struct {
	Name     string
	Arrivals []time.Duration // arrivals of the waiting requests
	Now      time.Duration
}

// DiscriminatingLine returns states in which different batchers decide differently. The objective
// is 20 ms. A batch of n ≤ 8 requests takes 2+n ms.
func DiscriminatingLine() []Scene {
	const ms = time.Millisecond
	return []Scene{
		{"three that have just come", []time.Duration{0, 0, 0}, 50 * time.Microsecond},
		{"the oldest with half its time left", []time.Duration{0, 8 * ms, 9 * ms, 10 * ms}, 10 * ms},
		{"more than a batch, the oldest almost late", []time.Duration{0, 8 * ms, 8 * ms, 8 * ms, 9 * ms, 9 * ms, 9 * ms, 9 * ms, 9 * ms}, 14 * ms},
		{"the oldest late in a batch of all, and in time in one of two", []time.Duration{0, 10 * ms, 10 * ms}, 16 * ms},
		{"one hopeless", []time.Duration{0, 18 * ms, 18 * ms}, 18 * ms},
	}
}

// Line returns the view of a scene of DiscriminatingLine: a fleet with one ready replica, at which
// the requests wait.
func (s *Scene) Line() (*sim.View, error) {
	latency, err := profile.Linear(2*time.Millisecond, time.Millisecond, 8)
	if err != nil {
		return nil, err
	}
	f := fleet.New(&fleet.Spec{
		Kinds:    []string{"cpu"},
		Types:    []fleet.MachineType{{Name: "box", Cores: 1, Max: 1}},
		Models:   []fleet.Model{{Name: "model", Variants: []fleet.VariantID{0}, Target: 20 * time.Millisecond, Percentile: 99, QueueLimit: -1}},
		Variants: []fleet.Variant{{Name: "variant", Accuracy: 80}},
		Deployments: []fleet.Deployment{{
			Name: "variant@box", Need: fleet.Resources{Cores: 1}, Latency: latency, MaxBatch: 8, Slots: 1, Capacity: latency.Throughput(8),
		}},
	})
	if err := stand(f, 0); err != nil {
		return nil, err
	}
	f.MakeReady(0, 0)
	for _, at := range s.Arrivals {
		id, _ := f.Admit(&fleet.Request{Arrival: kernel.Time(at), Work: 1})
		f.Give(id, 0)
	}
	return sim.ViewOf(f, kernel.Time(s.Now)), nil
}

// Batches returns the decision of a batcher in every scene, in words. A batcher that learns
// observes that each batch takes its planned latency.
func Batches(b sim.Batcher, scenes []Scene) (decisions []string, err error) {
	for _, s := range scenes {
		v, err := s.Line()
		if err != nil {
			return nil, err
		}
		d := b.Batch(v, 0)
		var words []string
		if d.Drop > 0 {
			words = append(words, fmt.Sprintf("drop %d", d.Drop))
		}
		switch {
		case d.Count > 0:
			words = append(words, fmt.Sprintf("start %d", d.Count))
			span := v.Deployment(0).Latency.Latency(d.Count)
			show(b, &sim.Fact{Kind: sim.BatchStarted, At: v.Now(), Count: d.Count, Span: span})
			show(b, &sim.Fact{Kind: sim.BatchFinished, At: v.Now().Add(span), Count: d.Count})
		case d.Drop < v.Queued(0):
			words = append(words, fmt.Sprintf("until %v", d.Until))
		}
		decisions = append(decisions, strings.Join(words, ", "))
	}
	return decisions, nil
}
