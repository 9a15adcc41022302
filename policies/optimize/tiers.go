package optimize

import "math"

// tier is some machines of a type, next to each other in the order of renting, that cost the same.
type tier struct {
	kind   int
	count  int
	price  float64 // $ per hour for each, with its boot
	money  float64 // what of that the budget has to pay
	always bool    // they are rented whatever the plan
}

// tiers cuts the machines of type k where their price changes: after those that must be rented,
// those that are paid always, and those that are rented now. No tier is cheaper than one before it.
// So whoever rents some machines rents those of the first tiers.
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

// next returns the price of one more machine when n are rented, with its boot.
func (t *HostType) next(n int) (price float64) {
	if n >= t.Reserved {
		price = t.Price
	}
	if n >= t.Rented {
		price += t.Switch
	}
	return price
}

// money returns what the budget leaves for machines that are neither reserved nor within Min; +Inf
// without a budget.
func (p Problem) money() float64 {
	if p.Budget == 0 {
		return math.Inf(1)
	}
	left := p.Budget
	for k := range p.Types {
		left -= float64(p.Types[k].committed()) * p.Types[k].Price
	}
	return max(0, left)
}

// spending returns what of a number of machines of each type that money has to pay.
func (p Problem) spending(machines []int) (sum float64) {
	for k, n := range machines {
		sum += float64(max(0, n-p.Types[k].committed())) * p.Types[k].Price
	}
	return sum
}

// booting returns the price of booting machines of each type beyond those that are rented now.
func (p Problem) booting(machines []int) (sum float64) {
	for k, n := range machines {
		sum += p.Types[k].Switch * float64(max(0, n-p.Types[k].Rented))
	}
	return sum
}
