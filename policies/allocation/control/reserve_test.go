package control

import (
	"slices"
	"testing"
	"time"

	"wavetank/policies/allocation"
	"wavetank/policies/policytest"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestReservesAreKeptForWhatBootsTooLong: machines boot for a minute. If the reserve must serve
// within less than a minute, three times the load is kept, for the named models or for all.
func TestReservesAreKeptForWhatBootsTooLong(t *testing.T) {
	spec := policytest.Pair()
	spec.Types[0].Boot = time.Minute
	for _, c := range []struct {
		o    ReserveOptions
		want []float64
	}{
		{ReserveOptions{Factor: 3, Within: 30 * time.Second}, []float64{30, 15}},
		{ReserveOptions{Factor: 3, Within: 2 * time.Minute}, []float64{10, 5}},
		{ReserveOptions{Factor: 3, Within: 30 * time.Second, Models: []string{"two"}}, []float64{10, 15}},
	} {
		r, err := NewReserve(Follow{}, c.o)
		if err != nil {
			t.Fatal(err)
		}
		loads := []float64{10, 5}
		s := allocation.NewSituation(sim.ViewOf(fleet.New(spec), 0).WithWindow(sim.Expectation(spec, loads, time.Minute), time.Minute), allocation.Demands{Level: loads, Load: loads}, "", false)
		if got := r.Control(s).Amount; !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v wanted, want %v", c.o, got, c.want)
		}
	}
	if _, err := NewReserve(Follow{}, ReserveOptions{Factor: 0.5, Within: -1}); err == nil || err.Error() != "reserve: factor: 0.5 is not a number of at least 1\nreserve: within: -1ns is negative" {
		t.Errorf("error %v", err)
	}
}

// TestCrowdsUseTheUsualReserveUp: in four of twenty windows of a minute there is a crowd of five
// times the load. Twice the usual load is less than the crowd, so the crowd adds no reserve. Twice
// the present load is twice the crowd.
func TestCrowdsUseTheUsualReserveUp(t *testing.T) {
	spec := policytest.Pair()
	spec.Types[0].Boot = time.Minute
	for _, usual := range []bool{true, false} {
		r, err := NewReserve(Follow{}, ReserveOptions{Factor: 2, Usual: usual})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 20 {
			load, want := 10., 20.
			if k >= 10 && k < 14 {
				if load, want = 50, 50; !usual {
					want = 100
				}
			}
			loads := []float64{load, 0}
			v := sim.ViewOf(fleet.New(spec), kernel.Time(k)*kernel.Time(time.Minute)).WithWindow(sim.Expectation(spec, loads, time.Minute), time.Minute)
			s := allocation.NewSituation(v, allocation.Demands{Level: loads, Load: loads}, "", false)
			if got := r.Control(s).Amount[0]; got != want {
				t.Errorf("usual %v, window %d: %v wanted, want %v", usual, k, got, want)
			}
		}
	}
}
