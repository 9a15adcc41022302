package optimize

import "math"

// tier is a group of machines of a type that cost the same and follow each other in the order of
// renting.
type tier struct {
	kind   int
	count  int
	price  float64 // price of each machine including its boot, in $ per hour
	money  float64 // part of the price that the budget has to pay
	always bool    // the machines are rented in every plan
}

// tiers divides the machines of type k into tiers. A tier ends after the machines that must be
// rented, after those that are always paid, and after those that are rented now. No tier is cheaper
// than the tier before it, so plans take machines of the first tiers first.
func (p Problem) tiers(k int) (list []tier) {
	t := &p.Types[k]
	for from := 0; from < t.Max; {
		next := tier{kind: k, always: from < t.Min, price: t.next(from)}
		to := t.Max
		for _, edge := range []int{t.Min, t.Reserved, t.Rented} {
			if edge > from {
				to = min(to, edge)
			}
		}
		next.count = to - from
		if from >= t.committed() {
			next.money = t.Price
		}
		list, from = append(list, next), to
	}
	return list
}

// least returns how many machines of a type must be rented.
func (t *HostType) least() int { return min(t.Min, t.Max) }

// committed returns how many machines of a type the budget does not have to pay.
func (t *HostType) committed() int { return max(t.least(), t.Reserved) }

// next returns the price of one more machine when n are rented, including its boot, in $ per hour.
func (t *HostType) next(n int) (price float64) {
	if n >= t.Reserved {
		price = t.Price
	}
	if n >= t.Rented {
		price += t.Switch
	}
	return price
}

// money returns the money that the budget leaves for machines that are neither reserved nor within
// Min, in $ per hour. It is +Inf without a budget.
func (p Problem) money() float64 {
	if p.Budget == 0 {
		return math.Inf(1)
	}
	left := p.Budget
	for k := range p.Types {
		left -= float64(float64(p.Types[k].committed()) * p.Types[k].Price)
	}
	return max(0, left)
}

// spending returns the cost of the given numbers of machines, without machines that the budget does
// not have to pay, in $ per hour.
func (p Problem) spending(machines []int) (sum float64) {
	for k, n := range machines {
		sum += float64(float64(max(0, n-p.Types[k].committed())) * p.Types[k].Price)
	}
	return sum
}

// booting returns the price of booting the machines beyond those that are rented now, in $ per
// hour. Machines are numbers per type.
func (p Problem) booting(machines []int) (sum float64) {
	for k, n := range machines {
		sum += float64(p.Types[k].Switch * float64(max(0, n-p.Types[k].Rented)))
	}
	return sum
}
