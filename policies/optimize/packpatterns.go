package optimize

import (
	"context"
	"slices"

	"wavetank/policies/optimize/classic"
)

// byPatterns packs the replicas by the patterns that a machine can hold (classic.BinPacking). It
// packs only where one resource alone decides what fits.
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
	var items []int // the configuration of each
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
				return nil, "" // two shares were equal but for rounding
			}
			machines[j].take(f, items[i], device, 1)
		}
	}
	return machines, "patterns"
}

// deciding returns the resource of which every replica needs the largest share; −1: there is none,
// or machines have several devices, or there are no replicas.
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

// need returns what a replica of configuration c needs of a resource of the host or of the device.
func (b *batch) need(c, r int) int64 {
	f := &b.Configurations[c]
	if r < len(f.Host) {
		return f.Host[r]
	}
	return f.Device[r-len(f.Host)]
}

// divisor returns the greatest common divisor.
func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
