package optimize

import (
	"math"
	"slices"
	"strings"
)

// batch holds the replicas of a solution on machines of one type, to be packed anew.
type batch struct {
	*index
	kind   int
	list   []int       // configurations that have replicas
	counts []int       // per entry of list, number of replicas
	needs  [][]float64 // per entry of list, needs of a replica as shares of a machine's resources
}

// packer packs a batch, and returns the machines and the name of the rule. It returns nil if it
// would need more machines than the parameter most allows.
type packer func(b *batch, most int) (machines []*machineFill, rule string)

// mostPairs bounds the work of a rule of vector packing (see pairs).
const mostPairs = 1 << 18

// repack packs the replicas of a solution anew, type by type, if fewer machines may hold them. It
// tries again as long as this saves a machine. If demand is unserved, the saved machines may serve
// it.
func (x *index) repack(found Solution, name string, pack packer) Solution {
	var pk *packing
	var rules []string
	for k, n := range found.Machines {
		t := &x.Types[k]
		if n <= 1 || n <= t.least() || t.next(n-1) == 0 {
			continue
		}
		b := x.batch(k, found.Replicas)
		if b.pairs(n) > mostPairs {
			continue
		}
		for fewest := max(b.fewest(), t.least()); n > fewest; {
			machines, rule := pack(b, n-1)
			if machines == nil {
				break
			}
			if pk == nil {
				pk = x.packed(found)
			}
			pk.replace(k, machines)
			if !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
			n = len(pk.machines[k])
		}
	}
	if pk == nil {
		return found
	}
	pk.grow(false)
	next := pk.finish(name + ": packed anew by " + strings.Join(rules, ", "))
	if !next.better(&found) {
		return found
	}
	next.Bound, next.Scale, next.Warnings = found.Bound, found.Scale, found.Warnings
	return next
}

// replace replaces the machines of type k by fewer machines. If the problem demands a larger number
// of rented machines, it keeps further machines, which are empty.
func (pk *packing) replace(k int, machines []*machineFill) {
	for len(pk.machines[k]) > max(len(machines), pk.Types[k].least()) {
		pk.giveBack(k, len(pk.machines[k])-1)
	}
	for i, p := range pk.machines[k] {
		if i < len(machines) {
			pk.machines[k][i] = machines[i]
		} else {
			p.clear(&pk.Types[k])
		}
	}
	clear(pk.from)
}

// batch returns the replicas on machines of type k.
func (x *index) batch(k int, replicas []int) *batch {
	b, t := &batch{index: x, kind: k}, &x.Types[k]
	for _, c := range x.byType[k] {
		if replicas[c] == 0 {
			continue
		}
		f := &x.Configurations[c]
		need := make([]float64, len(t.Host)+len(t.Device))
		for r, n := range f.Host {
			need[r] = ratio(n, t.Host[r])
		}
		for r, n := range f.Device {
			need[len(t.Host)+r] = ratio(n*int64(f.needed()), t.Device[r]*int64(t.Devices))
		}
		b.list, b.counts, b.needs = append(b.list, c), append(b.counts, replicas[c]), append(b.needs, need)
	}
	return b
}

// pairs returns the number of pairs of a replica with a machine or with a configuration. A rule of
// vector packing looks at about this many.
func (b *batch) pairs(machines int) int {
	replicas := 0
	for _, n := range b.counts {
		replicas += n
	}
	return replicas * (machines + len(b.list))
}

// ratio returns part/whole, or 0 if whole is 0.
func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// fewest returns a lower bound on the number of machines, by the sums of the needs.
func (b *batch) fewest() int {
	most := 0.
	for r := range len(b.Types[b.kind].Host) + len(b.Types[b.kind].Device) {
		sum := 0.
		for i, need := range b.needs {
			sum += float64(need[r] * float64(b.counts[i]))
		}
		most = max(most, sum)
	}
	return int(math.Ceil(most * (1 - 1e-12)))
}

// left returns the free resources of a machine as shares of an empty machine. It reuses the memory
// of list.
func (b *batch) left(p *machineFill, list []float64) []float64 {
	t := &b.Types[b.kind]
	list = list[:0]
	for r, left := range p.host {
		list = append(list, ratio(left, t.Host[r]))
	}
	for r, each := range t.Device {
		sum := int64(0)
		for at := r; at < len(p.devices); at += len(t.Device) {
			sum += p.devices[at]
		}
		list = append(list, ratio(sum, each*int64(t.Devices)))
	}
	return list
}
