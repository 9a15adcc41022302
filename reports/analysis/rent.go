package analysis

import (
	"fmt"
	"math"
	"strings"

	"wavetank/reports/wording"
)

// Rented counts the machines or replicas that a policy had at a time: the smallest and the largest
// number in any replication, and the mean over time and replications.
type Rented struct{ Least, Mean, Most float64 }

// String prints "3.2 (2–5)", or one number if the number never changed.
func (h Rented) String() string {
	if h.Least == h.Most {
		return wording.Number(h.Least)
	}
	return fmt.Sprintf("%s (%s–%s)", h.average(), wording.Number(h.Least), wording.Number(h.Most))
}

func (h Rented) average() string {
	return wording.Fixed(h.Mean, max(0, min(2, wording.Decimals(h.Mean, 2))))
}

// Counted joins three metrics of one scope to one Rented, such as machines_min, machines and
// machines_max. Known is false if there are no rows.
func (a *Analysis) Counted(policy, scope, metric string) (h Rented, known bool) {
	h.Least, h.Most = math.Inf(1), math.Inf(-1)
	n := 0.0
	for _, r := range a.Rows {
		if r.Policy != policy || r.Scope != scope {
			continue
		}
		switch r.Metric {
		case metric + "_min":
			h.Least = min(h.Least, r.Value)
		case metric + "_max":
			h.Most = max(h.Most, r.Value)
		case metric:
			h.Mean += r.Value
			n++
		}
	}
	h.Mean /= n
	return h, n > 0 && !math.IsInf(h.Least, 0) && !math.IsInf(h.Most, 0)
}

// The prefixes of the scopes of machines, "machine:TYPE", and of replicas, "replica:MODEL@TYPE".
const (
	MachineScope = "machine:"
	ReplicaScope = "replica:"
)

// RentedType is a machine type that a policy rents, with the number of its machines.
type RentedType struct {
	Name string
	Rented
}

// Rent lists the machine types that a policy rents.
func (a *Analysis) Rent(policy string) (list []RentedType) {
	for _, c := range a.Columns {
		name, ours := strings.CutPrefix(c.Scope, MachineScope)
		if !ours || c.Metric != "machines" {
			continue
		}
		if h, known := a.Counted(policy, c.Scope, "machines"); known && h.Most > 0 {
			list = append(list, RentedType{name, h})
		}
	}
	return list
}

// rent says which machines a policy takes: "2 to 5 aws/g4dn.xlarge (mean 3.2) and 1 aws/g6.xlarge".
// It returns "" if there are no rows of it.
func (a *Analysis) rent(policy string, quote func(string) string) string {
	var parts []string
	for _, h := range a.Rent(policy) {
		name := quote(h.Name)
		text := wording.Number(h.Least) + " " + name
		if h.Least != h.Most {
			text = fmt.Sprintf("%s to %s %s (mean %s)", wording.Number(h.Least), wording.Number(h.Most), name, h.average())
		}
		parts = append(parts, text)
	}
	return wording.List(parts)
}
