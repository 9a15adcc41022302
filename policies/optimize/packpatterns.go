package optimize

import (
	"context"
	"slices"

	"wavetank/policies/optimize/classic"
)

// byPatterns is a packer that solves a bin packing problem (classic.BinPacking). It only works if a
// single resource decides what fits on a machine; otherwise it returns nil.
func byPatterns(b *batch, most int) (machines []*machineFill, rule string) {
	r := b.deciding()
	if r < 0 {
		return nil, ""
	}
	t := &b.Types[b.kind]
	capacity, step := slices.Concat(t.Host, t.Device)[r], int64(0)
	for _, c := range b.list {
		step = divisor(step, b.need(c, r))
	}
	p := classic.BinPacking{Capacity: int(capacity / step)}
	var items []int // per item, its configuration
	for i, c := range b.list {
		for range b.counts[i] {
			items, p.Sizes = append(items, c), append(p.Sizes, int(b.need(c, r)/step))
		}
	}
	packed, err := p.Solve(context.Background())
	if err != nil || len(packed.Bins) > most {
		return nil, ""
	}
	machines = make([]*machineFill, len(packed.Bins))
	for j, bin := range packed.Bins {
		machines[j] = newMachineFill(t)
		for _, i := range bin {
			f := &b.Configurations[items[i]]
			device, ok := machines[j].device(f)
			if !ok {
				return nil, "" // two shares were equal except for rounding errors
			}
			machines[j].take(f, items[i], device, 1)
		}
	}
	return machines, "patterns"
}

// deciding returns the resource that alone decides what fits: every replica needs a larger share of
// it than of any other resource. It returns −1 if there is none, if machines have several devices,
// or if there are no replicas.
func (b *batch) deciding() int {
	t := &b.Types[b.kind]
	if len(b.list) == 0 || t.Devices > 1 {
		return -1
	}
	for r := range len(t.Host) + len(t.Device) {
		if !slices.ContainsFunc(b.needs, func(need []float64) bool { return need[r] < slices.Max(need) }) {
			return r
		}
	}
	return -1
}

// need returns how much a replica of configuration c needs of resource r. Resources of the device
// come after those of the host.
func (b *batch) need(c, r int) int64 {
	f := &b.Configurations[c]
	if r < len(f.Host) {
		return f.Host[r]
	}
	return f.Device[r-len(f.Host)]
}

// divisor returns the greatest common divisor of a and b.
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
