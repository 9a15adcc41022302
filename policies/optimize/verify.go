package optimize

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Solve lets a solver solve a problem, and verifies the solution. If the solution is wrong, it
// returns an error that names the solver, so no plan is ever made from it. The order of types and
// configurations in the problem only matters among equal ones. Equal ones are taken in this order:
// first those with more of them running now, then those that come first in the problem.
func Solve(s Solver, p Problem) (Solution, error) {
	return inOrder(s, p, func(p Problem) (Solution, error) { return verified(s, p) })
}

// inOrder lets solve solve a problem with its lists in the canonical order.
func inOrder(s Solver, p Problem, solve func(Problem) (Solution, error)) (Solution, error) {
	if err := p.Validate(); err != nil {
		return Solution{}, fmt.Errorf("%s: %w", s, err)
	}
	o := p.canonical()
	found, err := solve(o.arranged(p))
	if err != nil {
		return Solution{}, err
	}
	return o.restored(found), nil
}

// verified returns the solution of a solver after a check of it.
func verified(s Solver, p Problem) (Solution, error) {
	found, err := s.Solve(p)
	if err != nil {
		return Solution{}, fmt.Errorf("%s: %w", s, err)
	}
	if err := Verify(p, found); err != nil {
		return Solution{}, fmt.Errorf("%s returned a wrong solution: %w", s, err)
	}
	return found, nil
}

// Verify checks a solution against its problem, and computes everything anew for that. It returns
// all faults, joined. It checks that
//   - the layout has all replicas and overfills no machine and no device,
//   - the machines keep to the limits and the budget,
//   - rates keep to capacities and accuracy floors, and add up with the shortfall to the demand,
//   - costs and objective are right, and the objective is not below its bound.
func Verify(p Problem, found Solution) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if len(found.Replicas) != len(p.Configurations) || len(found.Rates) != len(p.Configurations) || len(found.Machines) != len(p.Types) ||
		len(found.Served) != len(p.Demand) || len(found.Shortfall) != len(p.Demand) {
		return errors.New("the lists of the solution do not have the lengths of the problem's lists")
	}
	faults := verifyLayout(p, found)
	faults = append(faults, verifyRates(p, found)...)
	x := newIndex(p)
	if share := x.leastShare(slices.Clone(found.Replicas), found.Machines); !near(share, found.Share) {
		faults = append(faults, fmt.Errorf("the least share served is %v, not %v", share, found.Share))
	}
	again := found
	x.price(&again, x.loading(found.Layout))
	if !near(again.Cost, found.Cost) || !near(again.Switching, found.Switching) || !near(again.Objective, found.Objective) {
		faults = append(faults, fmt.Errorf("cost, switching and objective are %v, %v and %v, not %v, %v and %v",
			again.Cost, again.Switching, again.Objective, found.Cost, found.Switching, found.Objective))
	}
	if spent, money := p.spending(found.Machines), p.money(); spent > money && !near(spent, money) {
		faults = append(faults, fmt.Errorf("the machines that are not always paid cost %v, but the budget leaves %v", spent, money))
	}
	if short := total(found.Shortfall); found.Unservable > short && !near(found.Unservable, short) {
		faults = append(faults, fmt.Errorf("%v/s are unserved, fewer than the %v/s that no solution serves", short, found.Unservable))
	}
	if found.Bound > found.Objective && !near(found.Bound, found.Objective) {
		faults = append(faults, fmt.Errorf("objective %v is below its bound %v", found.Objective, found.Bound))
	}
	return errors.Join(faults...)
}

func verifyLayout(p Problem, found Solution) (faults []error) {
	machines, replicas := make([]int, len(p.Types)), make([]int, len(p.Configurations))
	for i, m := range found.Layout {
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
	if !slices.Equal(machines, found.Machines) || !slices.Equal(replicas, found.Replicas) {
		faults = append(faults, fmt.Errorf("the layout has machines %v and replicas %v, the solution %v and %v", machines, replicas, found.Machines, found.Replicas))
	}
	for k, n := range machines {
		if n > p.Types[k].Max {
			faults = append(faults, fmt.Errorf("%d machines of type %d, at most %d exist", n, k, p.Types[k].Max))
		}
		if least := p.Types[k].least(); n < least {
			faults = append(faults, fmt.Errorf("%d machines of type %d, at least %d must be rented", n, k, least))
		}
	}
	return faults
}

func verifyRates(p Problem, found Solution) (faults []error) {
	served, accuracy := make([]float64, len(p.Demand)), make([]float64, len(p.Demand))
	for c, f := range p.Configurations {
		if most := f.Capacity * float64(found.Replicas[c]); !(found.Rates[c] >= 0) || found.Rates[c] > most && !near(found.Rates[c], most) {
			faults = append(faults, fmt.Errorf("configuration %d has the rate %v/s, above its capacity of %v/s", c, found.Rates[c], most))
		}
		served[f.Model] += found.Rates[c]
		accuracy[f.Model] += float64(f.Accuracy * found.Rates[c])
	}
	for m, demand := range p.Demand {
		if !near(served[m], found.Served[m]) || !near(found.Served[m]+found.Shortfall[m], demand) || found.Shortfall[m] < 0 {
			faults = append(faults, fmt.Errorf("model %d: rates add up to %v, served %v and shortfall %v to the demand %v", m, served[m], found.Served[m], found.Shortfall[m], demand))
		}
		if least := p.floor(m) * served[m]; accuracy[m] < least && !near(accuracy[m], least) {
			faults = append(faults, fmt.Errorf("model %d: mean accuracy is below %v", m, p.floor(m)))
		}
	}
	return faults
}

// near reports whether two numbers are equal except for rounding errors.
func near(a, b float64) bool {
	return math.Abs(float64(a)-float64(b)) <= 1e-7*(1+math.Abs(a)+math.Abs(b))
}
