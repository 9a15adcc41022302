package optimize

import "testing"

// A demand of almost 0 needs no filling of a machine.
func TestNoFillingsNoMachines(t *testing.T) {
	p := scarce(9)
	p.Demand = []float64{1e-13, 0}
	l := newFillings(newIndex(p))
	root := l.generate(1e6)
	if a := l.rounded(root, "fillings"); !root.solved || len(root.counts) != 0 || Verify(p, a) != nil || a.Machines[0]+a.Machines[1] != 0 {
		t.Errorf("%+v, %+v: %v", root, a, Verify(p, a))
	}
}
