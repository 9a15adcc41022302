package build

import (
	"fmt"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// clientsOf returns the clients of the streams, in the order of the streams. Streams without a
// client are left out.
func clientsOf(s *file.Scenario, found *findings) (list []fleet.Client) {
	for i := range s.Workload {
		w := &s.Workload[i]
		if w.Client == nil {
			continue
		}
		if len(list) == fleet.MostClients {
			found.report(fmt.Sprintf("workload[%d].client", i), fmt.Sprintf("at most %d streams can have a client", fleet.MostClients))
			break
		}
		list = append(list, clientOf(w.Label(), w.Client))
	}
	return list
}

// clientOf returns the client of a stream.
func clientOf(name string, c *file.StreamClient) fleet.Client {
	one := fleet.Client{Name: name, Timeout: time.Duration(c.Timeout), Cancels: c.Cancels, Attempts: 1}
	switch r, h := c.Retries, c.Hedge; {
	case r != nil:
		one.Attempts, one.Budget, one.Backoff = r.Attempts, budgetOf(r.Budget), backoffOf(&r.Backoff)
	case h != nil:
		one.Attempts, one.HedgeAfter, one.Budget = h.Attempts, time.Duration(h.Delay), budgetOf(h.Budget)
	}
	if t := c.Throttle; t != nil {
		one.Throttle = &fleet.Throttle{K: t.K, Window: time.Duration(t.Window)}
	}
	return one
}

// backoffOf returns the pauses between attempts.
func backoffOf(b *file.RetryBackoff) fleet.Backoff {
	return fleet.Backoff{Base: time.Duration(b.Base), Max: time.Duration(b.Max), Factor: float64(b.Factor), Jitter: b.Jitter == "full"}
}

// budgetOf returns the budget of further attempts, or nil if there is no limit.
func budgetOf(b *file.RetryLimit) *fleet.RetryBudget {
	if b == nil {
		return nil
	}
	return &fleet.RetryBudget{Share: float64(b.Share) / 100, MinRate: float64(b.MinRate), TTL: time.Duration(b.TTL)}
}

// clientID returns the client of a stream, or 0.
func clientID(s *file.Scenario, stream int) (id fleet.ClientID) {
	if s.Workload[stream].Client == nil {
		return 0
	}
	for i := range s.Workload[:stream+1] {
		if s.Workload[i].Client != nil {
			id++
		}
	}
	return id
}
