package build

import (
	"slices"
	"time"

	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/workload"
	"wavetank/workload/distribution"
)

// labelsOf returns the labels of a stream's requests: patience, class, tenant and session. It
// returns nil if the stream has none of them. tenants lists the tenants of all streams.
func labelsOf(s *file.Scenario, stream int, tenants []string) (*workload.Labels, error) {
	w := &s.Workload[stream]
	if w.Patience == nil && len(w.Classes) == 0 && w.Tenants == nil && w.Sessions == nil {
		return nil, nil
	}
	l := &workload.Labels{}
	var err error
	if w.Patience != nil {
		l.Patience.Mean = time.Duration(w.Patience.Mean)
		if l.Patience.Distribution, err = w.Patience.Distribution.Distribution(); err != nil {
			return nil, err
		}
	}
	if w.Sessions != nil {
		l.Sessions = workload.Sessions{
			Requests: w.Sessions.MeanRequests, Open: w.Sessions.Open, First: int64(stream) + 1, Step: int64(len(s.Workload)),
		}
	}
	if len(w.Classes) > 0 {
		if l.Classes, err = classChoice(s.Classes, w); err != nil {
			return nil, err
		}
	}
	if w.Tenants != nil {
		if l.Tenants, err = tenantChoice(w.Tenants, tenants); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// classChoice returns the random choice of a class with the shares of a stream.
func classChoice(classes []file.Class, w *file.Stream) (*distribution.Choice[fleet.ClassID], error) {
	var ids []fleet.ClassID
	var weights []float64
	for _, share := range w.Classes {
		at := slices.IndexFunc(classes, func(class file.Class) bool { return class.Name == share.Key })
		ids, weights = append(ids, fleet.ClassID(at)), append(weights, share.Value)
	}
	return distribution.NewChoice(ids, weights)
}

// tenantChoice returns the random choice of a tenant with the shares of a stream. The identity of a
// tenant is its place among the tenants of all streams.
func tenantChoice(t *file.Tenants, all []string) (*distribution.Choice[fleet.TenantID], error) {
	place := make(map[string]fleet.TenantID, len(all))
	for i, name := range all {
		place[name] = fleet.TenantID(i)
	}
	names, weights := t.List()
	ids := make([]fleet.TenantID, len(names))
	for i, name := range names {
		ids[i] = place[name]
	}
	return distribution.NewChoice(ids, weights)
}
