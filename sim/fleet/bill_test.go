package fleet

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/kernel"
)

func minutes(n int) kernel.Time { return kernel.Time(n) * kernel.Time(time.Minute) }

// TestBillsAreWorkedByHand: one machine is ordered at 10 min and released at 75 min. Another is
// ordered at 30 min and kept to the end, at 2 h. Machines cost 6 $/h.
func TestBillsAreWorkedByHand(t *testing.T) {
	for name, c := range map[string]struct {
		kind MachineType
		from int // start of the span, minutes
		want float64
	}{
		"by the second":            {MachineType{}, 0, 6 * (65 + 90) / 60.},
		"from the second hour on":  {MachineType{}, 60, 6 * (15 + 60) / 60.},
		"by the hour":              {MachineType{Billing: time.Hour}, 0, 6 * (110 + 90) / 60.},
		"by half an hour":          {MachineType{Billing: 30 * time.Minute}, 0, 6 * (90 + 90) / 60.},
		"one reserved":             {MachineType{Reserved: 1}, 0, 6 * (30 + 2*45 + 45) / 60.},
		"two reserved":             {MachineType{Reserved: 2}, 0, 6 * 2 * 2},
		"two reserved, hour 2":     {MachineType{Reserved: 2}, 60, 6 * 2},
		"price of 3 from 1 h on":   {MachineType{Prices: Timeline{{minutes(60), 3}}}, 0, 6*(50+30)/60. + 3*(15+60)/60.},
		"free from the beginning":  {MachineType{Prices: Timeline{{0, 0}}}, 0, 0},
		"all together":             {MachineType{Prices: Timeline{{minutes(60), 3}}, Reserved: 1, Billing: 30 * time.Minute}, 0, 6*(30+2*30)/60. + 3*(2*40+20)/60.},
		"prices after the horizon": {MachineType{Prices: Timeline{{minutes(120), 100}}}, 0, 6 * (65 + 90) / 60.},
	} {
		kind := c.kind
		kind.Price, kind.Max = 6, 2
		if err := kind.checkPay(); err != nil {
			t.Fatal(err)
		}
		b := NewBill(&kind, minutes(c.from), minutes(120))
		b.Order(minutes(10))
		b.Order(minutes(30))
		b.Release(minutes(10), minutes(75))
		if got := b.TotalAt(minutes(500)); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v $, want %v", name, got, c.want)
		}
		if b.since != minutes(75) {
			t.Errorf("%s: TotalAt has moved the bill to %v", name, b.since)
		}
	}
}

// TestTheBillIsTheSumOfTheMachines: without reserved machines, the cost of a type is a sum over its
// machines: the integral of the price from the order to the end of the last started unit. With
// reserved machines, the cost is at least that, and at least the cost of the reserved machines
// alone.
func TestTheBillIsTheSumOfTheMachines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(t, what) }
		kind := MachineType{Price: 2, Max: 9, Billing: time.Duration(number("billing", 0, 3)) * 7 * time.Minute}
		at := -1
		for range number("prices", 0, 4) {
			at += number("after", 1, 60)
			kind.Prices = append(kind.Prices, TimelinePoint{minutes(at), float64(number("price", 0, 5))})
		}
		from, until := number("from", 0, 50), number("until", 60, 200)
		sum, reserved := 0.0, 0.0
		minute := func(m int) float64 { // cost of a machine in minute m, in dollars
			if m < from || m >= until {
				return 0
			}
			return kind.PriceAt(minutes(m)) / 60
		}
		var ordered, released []int
		for range number("machines", 0, 6) {
			ordered = append(ordered, number("ordered", 0, 150))
			released = append(released, ordered[len(ordered)-1]+number("life", 0, 90))
			end := int(kind.PaidUntil(minutes(ordered[len(ordered)-1]), minutes(released[len(released)-1])) / minutes(1))
			for m := ordered[len(ordered)-1]; m < end; m++ {
				sum += minute(m)
			}
		}
		more := kind
		more.Reserved = number("reserved", 1, 4)
		for m := range until {
			reserved += minute(m) * float64(more.Reserved)
		}
		b, with := NewBill(&kind, minutes(from), minutes(until)), NewBill(&more, minutes(from), minutes(until))
		for m := range 300 {
			for i := range ordered {
				if ordered[i] == m {
					b.Order(minutes(m))
					with.Order(minutes(m))
				}
			}
			for i := range released {
				if released[i] == m {
					b.Release(minutes(ordered[i]), minutes(m))
					with.Release(minutes(ordered[i]), minutes(m))
				}
			}
		}
		got, beside := b.TotalAt(minutes(400)), with.TotalAt(minutes(400))
		if math.Abs(got-sum) > 1e-9 {
			t.Fatalf("%v $, the machines cost %v", got, sum)
		}
		if beside < max(got, reserved)-1e-9 || beside > got+reserved+1e-9 {
			t.Fatalf("%v $ with %d reserved, which cost %v; the machines %v", beside, more.Reserved, reserved, got)
		}
		if b.paid != 0 && b.Next() == kernel.Never {
			t.Fatalf("%d machines are paid for ever", b.paid)
		}
	})
}

// TestPricesHoldUntilTheNext: a price holds until the next. Before the first, the price of the type
// holds.
func TestPricesHoldUntilTheNext(t *testing.T) {
	kind := MachineType{Price: 1, Prices: Timeline{{10, 2}, {20, 3}}}
	for at, want := range map[kernel.Time]float64{0: 1, 9: 1, 10: 2, 19: 2, 20: 3, 1 << 40: 3} {
		if got := kind.PriceAt(at); got != want {
			t.Errorf("at %d: %v, want %v", at, got, want)
		}
	}
}

// TestWhatIsPaidIsChecked: the error names the machine type and the fault.
func TestWhatIsPaidIsChecked(t *testing.T) {
	for want, c := range map[string]Spec{
		"machine type m: a price of -1 from 0s on: values must be finite and not negative, instants must ascend from 0": {Types: []MachineType{{Name: "m", Prices: Timeline{{0, -1}}}}},
		"machine type m: a price of 1 from 5ns on: values must be finite and not negative, instants must ascend from 0": {Types: []MachineType{{Name: "m", Prices: Timeline{{5, 1}, {5, 1}}}}},
		"machine type m: min 2, max 1, reserved 0, billing 0s: none may be negative, and min may not exceed max":        {Types: []MachineType{{Name: "m", Min: 2, Max: 1}}},
		"a carbon intensity of NaN from 0s on: values must be finite and not negative, instants must ascend from 0":     {Carbon: Timeline{{0, math.NaN()}}},
	} {
		if err := c.Validate(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestRentIsThatOfABillOfOneMachine: Rent between two instants equals the bill of one machine that
// is ordered and released at these instants.
func TestRentIsThatOfABillOfOneMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := MachineType{Price: 6, Max: 1}
		at := kernel.Time(0)
		for range rapid.IntRange(0, 5).Draw(t, "points") {
			at += kernel.Time(rapid.IntRange(1, 1e12).Draw(t, "gap"))
			kind.Prices = append(kind.Prices, TimelinePoint{at, rapid.Float64Range(0, 9).Draw(t, "price")})
		}
		from := kernel.Time(rapid.IntRange(0, 4e12).Draw(t, "from"))
		until := from + kernel.Time(rapid.IntRange(0, 4e12).Draw(t, "long"))
		b := NewBill(&kind, 0, until)
		b.Order(from)
		b.Release(from, until)
		if got, want := kind.Rent(from, until), b.Total(); math.Abs(got-want) > 1e-9*(1+want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if got := kind.Rent(until, from); from < until && got != 0 {
			t.Fatalf("the rent of a negative span is %v, want 0", got)
		}
	})
}
