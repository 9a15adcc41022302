package optimize

import "slices"

// Equal reports whether two problems are the same, in the same order. Nil is not the same as zeros.
func (p Problem) Equal(q Problem) bool {
	return p.Penalty == q.Penalty && p.AccuracyWeight == q.AccuracyWeight && p.Budget == q.Budget &&
		slices.Equal(p.Demand, q.Demand) && slices.Equal(p.MinAccuracy, q.MinAccuracy) && slices.Equal(p.MinReplicas, q.MinReplicas) &&
		slices.EqualFunc(p.Types, q.Types, HostType.equal) && slices.EqualFunc(p.Configurations, q.Configurations, Configuration.equal) &&
		slices.EqualFunc(p.Present, q.Present, func(m, o FilledHosts) bool { return m.compare(o) == 0 })
}

func (t HostType) equal(o HostType) bool { return t.compare(&o) == 0 && t.Rented == o.Rented }

func (f Configuration) equal(o Configuration) bool {
	return f.compare(&o) == 0 && f.Type == o.Type
}
