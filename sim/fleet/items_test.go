package fleet

import (
	"math"
	"slices"
	"testing"
	"time"

	"wavetank/sim/kernel"
	"wavetank/sim/profile"
)

const ms = time.Millisecond

// carrying returns a fleet with one ready replica. A batch of s items takes 10 + s ms. The largest
// batch has 32 items, and plans use 16. Requests carry several items.
func carrying(t *testing.T, how Combine) *Fleet {
	t.Helper()
	latency, err := profile.Linear(10*ms, ms, 32)
	if err != nil {
		t.Fatal(err)
	}
	c := mixed()
	c.Models[0].Varied, c.Models[0].Combine = true, how
	c.Deployments[0].Latency, c.Deployments[0].MaxBatch = latency, 16
	c.Deployments[2].Latency = latency.Scaled(2)
	return readyIn(t, c)
}

// give gives requests to replica 0.
func give(f *Fleet, list ...Request) (ids []RequestID) {
	for i, r := range list {
		r.Ordinal = int64(i)
		id, _ := f.Admit(&r)
		f.Give(id, 0)
		ids = append(ids, id)
	}
	return ids
}

func TestPlacesAreWholeItemsAndAtLeastOne(t *testing.T) {
	for _, c := range []struct {
		items  float32
		size   float64
		places int
	}{{0, 1, 1}, {1, 1, 1}, {0.25, 0.25, 1}, {1.5, 1.5, 2}, {4, 4, 4}, {65536, 65536, 65536}} {
		r := Request{Items: c.items}
		if r.Size() != c.size || r.Places() != c.places {
			t.Errorf("%v items: size %v, %d places", c.items, r.Size(), r.Places())
		}
	}
}

// TestABatchTakesWhatItsMembersMakeOfIt: the members have 4, 1 and 2.5 items with the works 1, 3
// and 0.5.
func TestABatchTakesWhatItsMembersMakeOfIt(t *testing.T) {
	for how, want := range map[Combine]time.Duration{
		CombineMean: 26250 * time.Microsecond, // 17.5 ms × 1.5
		CombineMax:  52500 * time.Microsecond, // 17.5 ms × 3
		CombineSum:  18250 * time.Microsecond, // 10 ms + (4 + 3 + 1.25) ms
	} {
		f := carrying(t, how)
		give(f, Request{Items: 4, Work: 1}, Request{Work: 3}, Request{Items: 2.5, Work: 0.5})
		first, _ := f.Start(0, 3)
		if got := f.BatchSpan(0, first, 1); got != want {
			t.Errorf("combine %d: the batch takes %v, want %v", how, got, want)
		}
		if got := f.BatchSpan(0, first, 2); got != 2*want {
			t.Errorf("combine %d: at half the speed the batch takes %v, want %v", how, got, 2*want)
		}
	}
}

// TestAloneIsABatchOfOne compares Alone with BatchSpan.
func TestAloneIsABatchOfOne(t *testing.T) {
	for _, how := range []Combine{CombineMean, CombineMax, CombineSum} {
		for _, r := range []Request{{Work: 1}, {Items: 4, Work: 1}, {Items: 0.5, Work: 3}, {Items: 40, Work: 0.5}} {
			f := carrying(t, how)
			give(f, r)
			first, _ := f.Start(0, 1)
			want := f.BatchSpan(0, first, 1)
			if got := f.spec.Deployments[0].Alone(&f.spec.Models[0], &r, 1); got != want {
				t.Errorf("combine %d, %+v: alone %v, in a batch of one %v", how, r, got, want)
			}
		}
	}
}

// TestBatchesFitByPlaces asks for the longest batch at the front of a line.
func TestBatchesFitByPlaces(t *testing.T) {
	f := carrying(t, CombineMean)
	give(f, Request{Items: 4}, Request{Items: 0.5}, Request{Items: 2.5}, Request{}, Request{Items: 30}, Request{})
	for places, want := range map[int][2]int{1: {1, 4}, 4: {1, 4}, 5: {2, 5}, 7: {2, 5}, 8: {3, 8}, 9: {4, 9}, 38: {4, 9}, 39: {5, 39}, 99: {6, 40}} {
		if count, taken := f.Fit(0, places); count != want[0] || taken != want[1] {
			t.Errorf("%d places: %d requests take %d, want %v", places, count, taken, want)
		}
	}
	f.Start(0, 4)
	if count, taken := f.Fit(0, 16); count != 1 || taken != 30 {
		t.Errorf("%d requests take %d, want the large one alone", count, taken)
	}
	if got := LeastOutstandingWithRoom.Key(f, 0); got != Barred {
		t.Errorf("31 places are queued, and there is room: %v", got)
	}
}

// TestOnlyALargestBatchBoundsARequest: a request may be larger than a planned batch. If there are
// no batches above 1, a request of any size is served, item after item.
func TestOnlyALargestBatchBoundsARequest(t *testing.T) {
	one, err := profile.Linear(0, 5*ms, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := carrying(t, CombineMean).spec.Deployments[0]
	for items, want := range map[float32]bool{0: true, 16: true, 17: true, 31.5: true, 32: true, 32.5: false, 33: false} {
		if got := d.Holds(&Request{Items: items}); got != want {
			t.Errorf("%v items of 32: %v", items, got)
		}
	}
	d.Latency = one
	if r := (Request{Items: 33, Work: 1}); !d.Holds(&r) || d.Alone(&Model{Varied: true}, &r, 1) != 165*ms {
		t.Errorf("33 items one after the other take %v", d.Alone(&Model{Varied: true}, &r, 1))
	}
}

// TestWorkEndCountsItems: a waiting request counts with the time that it takes alone.
func TestWorkEndCountsItems(t *testing.T) {
	for how, want := range map[Combine]float64{CombineMean: 14 + 42 + 5.25, CombineMax: 14 + 42 + 5.25, CombineSum: 14 + 22 + 10.25} {
		f := carrying(t, how)
		ids := give(f, Request{Items: 4, Work: 1}, Request{Items: 4, Work: 3}, Request{Items: 0.5, Work: 0.5})
		if got := f.WorkEnd(0) / 1e6; math.Abs(got-want) > 1e-4 {
			t.Errorf("combine %d: %v ms are left, want %v", how, got, want)
		}
		for _, id := range slices.Backward(ids) {
			f.Abandon(id)
		}
		if got := f.WorkEnd(0); got != 0 {
			t.Errorf("combine %d: without requests %v ns of work are left", how, got)
		}
	}
}

// TestWorkOfIsTheTimeAloneAndFallsInService: a request of four items takes 14/11 of the time of one
// item.
func TestWorkOfIsTheTimeAloneAndFallsInService(t *testing.T) {
	f := carrying(t, CombineMean)
	f.Rank()
	r := Request{Items: 4, Work: 2}
	whole := f.spec.WorkOf(&r)
	if want := 28.0 / 11; math.Abs(whole-want) > 1e-9 {
		t.Errorf("the work is %v, want %v", whole, want)
	}
	id := give(f, r)[0]
	f.Start(0, 1)
	f.Begin(0, id, 0, f.spec.Deployments[0].Alone(&f.spec.Models[0], &r, 1))
	for at, want := range map[time.Duration]float64{0: whole, 7 * ms: whole * 3 / 4, 28 * ms: 0} {
		if got := f.WorkLeft(id, kernel.Time(at)); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v of the work are left after %v, want %v", got, at, want)
		}
	}
	f.spec.Models[0].Varied = false
	if got := f.spec.WorkOf(&Request{Items: 4, Work: 2}); got != 2 {
		t.Errorf("requests of one item each: the work is %v", got)
	}
}
