package validation

import (
	"context"
	"slices"
)

// Report is a whole comparison.
type Report struct {
	Options Options
	Rows    []ComparedValue
	Systems int // number of systems to compare
	Done    int // number of simulated systems; smaller after an interruption
	JointTest
}

// Agrees reports whether every row with a verdict agrees and the joint test passes.
func (r Report) Agrees() bool {
	return r.JointlyAgrees() && !slices.ContainsFunc(r.Rows, func(row ComparedValue) bool { return row.disagrees() })
}

// Run simulates the systems and compares them with theory. When the context ends, the systems that
// have been simulated are returned together with the context's error.
func Run(ctx context.Context, o Options) (Report, error) {
	systems := slices.DeleteFunc(Systems(), func(s QueueSystem) bool { return o.Only != nil && !o.Only(s) })
	r := Report{Options: o, Systems: len(systems)}
	rows, err := measure(ctx, systems, o)
	for _, list := range rows {
		if list != nil {
			r.Rows = append(r.Rows, list...)
			r.Done++
		}
	}
	r.JointTest = joint(rows, o)
	return r, err
}
