package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// answer states what stands in the yard.
func (y *yard) answer(method string) Answer {
	a := Answer{
		Method:    method,
		Replicas:  slices.Clone(y.replicas),
		Machines:  make([]int, len(y.Types)),
		Rates:     make([]float64, len(y.Configurations)),
		Served:    make([]float64, len(y.Demand)),
		Shortfall: make([]float64, len(y.Demand)),
		Bound:     math.NaN(),
	}
	for m, demand := range y.Demand {
		a.Served[m], _ = y.split(m, y.replicas, a.Rates)
		a.Shortfall[m] = max(0, demand-a.Served[m])
	}
	for k, list := range y.machines {
		a.Machines[k] = len(list)
		for _, p := range list {
			a.add(Machine{Type: k, Count: 1, Loads: p.loads})
		}
	}
	y.price(&a)
	return a
}

// add appends a machine to the layout, onto the last entry where they are equal.
func (a *Answer) add(m Machine) {
	if n := len(a.Layout); n > 0 && a.Layout[n-1].Type == m.Type && slices.EqualFunc(a.Layout[n-1].Loads, m.Loads, Load.equal) {
		a.Layout[n-1].Count++
		return
	}
	a.Layout = append(a.Layout, m)
}

// equal reports whether two loads are the same.
func (l Load) equal(o Load) bool {
	return l.Configuration == o.Configuration && l.Device == o.Device && l.Replicas == o.Replicas && slices.Equal(l.Further, o.Further)
}

// devices returns the devices of a load, none where it is on the host alone.
func (l Load) devices() []int {
	if l.Device < 0 {
		return nil
	}
	return append([]int{l.Device}, l.Further...)
}

// price sets the costs and the objective of an answer from its machines, replicas and rates.
func (p Problem) price(a *Answer) {
	a.Cost, a.Switching = 0, 0
	for k, n := range a.Machines {
		a.Cost += float64(n) * p.Types[k].Price
	}
	reward := 0.
	for c, n := range a.Replicas {
		a.Switching += p.switching(c, n)
		reward += p.Configurations[c].Accuracy * a.Rates[c]
	}
	short := 0.
	for _, s := range a.Shortfall {
		short += s
	}
	a.Objective = a.Cost + a.Switching + p.Penalty*short - p.AccuracyWeight*reward
}

// prove sets a lower bound, and Exact where it meets the objective.
func (a *Answer) prove(bound float64) {
	a.Bound = bound
	if a.Objective-bound <= 1e-9*(1+math.Abs(a.Objective)) {
		a.Exact = true
	}
}

// Verify checks an answer against its problem with nothing taken on trust: the layout holds the replicas
// without overfilling a machine or device, limits and budget hold, rates are within capacity and accuracy
// floors and add up to the demand, and the sums are right. It returns every fault, joined.
func Verify(p Problem, a Answer) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if len(a.Replicas) != len(p.Configurations) || len(a.Rates) != len(p.Configurations) || len(a.Machines) != len(p.Types) ||
		len(a.Served) != len(p.Demand) || len(a.Shortfall) != len(p.Demand) {
		return errors.New("the answer's lengths are not those of the problem")
	}
	faults := verifyLayout(p, a)
	faults = append(faults, verifyRates(p, a)...)
	again := a
	p.price(&again)
	if !near(again.Cost, a.Cost) || !near(again.Switching, a.Switching) || !near(again.Objective, a.Objective) {
		faults = append(faults, fmt.Errorf("cost, switching and objective are %v, %v and %v, not %v, %v and %v",
			again.Cost, again.Switching, again.Objective, a.Cost, a.Switching, a.Objective))
	}
	if p.Budget > 0 && a.Cost > p.Budget*(1+1e-9) {
		faults = append(faults, fmt.Errorf("cost %v is over the budget %v", a.Cost, p.Budget))
	}
	if a.Bound > a.Objective && !near(a.Bound, a.Objective) {
		faults = append(faults, fmt.Errorf("objective %v is below its bound %v", a.Objective, a.Bound))
	}
	return errors.Join(faults...)
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-7*(1+math.Abs(a)+math.Abs(b)) }

func verifyLayout(p Problem, a Answer) (faults []error) {
	machines, replicas := make([]int, len(p.Types)), make([]int, len(p.Configurations))
	for i, m := range a.Layout {
		if m.Type < 0 || m.Type >= len(p.Types) || m.Count < 1 {
			return append(faults, fmt.Errorf("layout %d: type %d, count %d", i, m.Type, m.Count))
		}
		machines[m.Type] += m.Count
		t := p.Types[m.Type]
		host, devices := slices.Clone(t.Host), make([][]int64, t.Devices)
		for d := range devices {
			devices[d] = slices.Clone(t.Device)
		}
		for _, l := range m.Loads {
			if l.Configuration < 0 || l.Configuration >= len(p.Configurations) || l.Replicas < 1 ||
				p.Configurations[l.Configuration].Type != m.Type || l.Device < -1 || slices.ContainsFunc(l.devices(), func(d int) bool { return d < 0 || d >= t.Devices }) {
				return append(faults, fmt.Errorf("layout %d: load %+v does not belong there", i, l))
			}
			f := p.Configurations[l.Configuration]
			replicas[l.Configuration] += m.Count * l.Replicas
			subtract(host, f.Host, l.Replicas)
			for _, d := range l.devices() {
				subtract(devices[d], f.Device, l.Replicas)
			}
			if len(l.devices()) != f.needed() && f.needed() > 0 {
				faults = append(faults, fmt.Errorf("layout %d: configuration %d needs %d devices", i, l.Configuration, f.needed()))
			}
		}
		over := anyNegative(host)
		for _, d := range devices {
			over = over || anyNegative(d)
		}
		if over {
			faults = append(faults, fmt.Errorf("layout %d: a machine of type %d is overfull", i, m.Type))
		}
	}
	if !slices.Equal(machines, a.Machines) || !slices.Equal(replicas, a.Replicas) {
		faults = append(faults, fmt.Errorf("the layout has machines %v and replicas %v, the answer %v and %v", machines, replicas, a.Machines, a.Replicas))
	}
	for k, n := range machines {
		if n > p.Types[k].Max {
			faults = append(faults, fmt.Errorf("%d machines of type %d, at most %d exist", n, k, p.Types[k].Max))
		}
	}
	return faults
}

func subtract(left, need []int64, times int) {
	for r, n := range need {
		left[r] -= n * int64(times)
	}
}

func verifyRates(p Problem, a Answer) (faults []error) {
	served, accuracy := make([]float64, len(p.Demand)), make([]float64, len(p.Demand))
	for c, f := range p.Configurations {
		if most := f.Capacity * float64(a.Replicas[c]); !(a.Rates[c] >= 0) || a.Rates[c] > most && !near(a.Rates[c], most) {
			faults = append(faults, fmt.Errorf("configuration %d is given %v/s of its %v/s", c, a.Rates[c], most))
		}
		served[f.Model] += a.Rates[c]
		accuracy[f.Model] += f.Accuracy * a.Rates[c]
	}
	for m, demand := range p.Demand {
		if !near(served[m], a.Served[m]) || !near(a.Served[m]+a.Shortfall[m], demand) || a.Shortfall[m] < 0 {
			faults = append(faults, fmt.Errorf("model %d: rates add up to %v, served %v and shortfall %v to the demand %v", m, served[m], a.Served[m], a.Shortfall[m], demand))
		}
		if least := p.floor(m) * served[m]; accuracy[m] < least && !near(accuracy[m], least) {
			faults = append(faults, fmt.Errorf("model %d: mean accuracy is below %v", m, p.floor(m)))
		}
	}
	return faults
}
