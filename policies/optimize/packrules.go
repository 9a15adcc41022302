package optimize

import (
	"cmp"
	"slices"

	"wavetank/policies/optimize/vectorpacking"
)

// byRules is a packer that uses the first rule of vector packing that needs few enough machines.
func byRules(b *batch, most int) ([]*machineFill, string) {
	for _, rule := range vectorpacking.Rules {
		if machines := b.pack(rule, most); machines != nil {
			return machines, rule.Name
		}
	}
	return nil, ""
}

// pack packs the replicas by a rule. On a machine, a replica goes to the fullest device with room.
// It returns nil if the rule needs more machines than most.
func (b *batch) pack(rule vectorpacking.Rule, most int) []*machineFill {
	if rule.Size == nil {
		return b.packBins(rule.Score, most)
	}
	order := indices(len(b.list))
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rule.Size(b.needs[j]), rule.Size(b.needs[i])) })
	var machines []*machineFill
	var left [][]float64 // per machine, its free resources
	for _, i := range order {
		f := &b.Configurations[b.list[i]]
		for range b.counts[i] {
			on, device := b.choose(i, rule.Score, machines, left)
			if on == most {
				return nil
			}
			if on == len(machines) {
				machines, left = append(machines, newMachineFill(&b.Types[b.kind])), append(left, nil)
				device, _ = machines[on].device(f)
			}
			machines[on].take(f, b.list[i], device, 1)
			left[on] = b.left(machines[on], left[on])
		}
	}
	return machines
}

// choose returns the machine with the least score for a replica of configuration b.list[i], and the
// device. If no machine has room, on is the number of machines.
func (b *batch) choose(i int, score vectorpacking.Score, machines []*machineFill, left [][]float64) (on, device int) {
	on, least := len(machines), 0.
	for j, p := range machines {
		s := score.Sum(b.needs[i], left[j])
		if on < len(machines) && s >= least {
			continue
		}
		if d, ok := p.device(&b.Configurations[b.list[i]]); ok {
			on, device, least = j, d, s
		}
	}
	return on, device
}

// packBins fills one machine after the other. Each time it adds the replica with the least score.
// It returns nil if it needs more machines than most.
func (b *batch) packBins(score vectorpacking.Score, most int) (machines []*machineFill) {
	counts := slices.Clone(b.counts)
	for {
		p := newMachineFill(&b.Types[b.kind])
		for b.addLeast(p, score, counts) {
		}
		switch {
		case len(p.loads) == 0:
			return machines
		case len(machines) == most:
			return nil
		}
		machines = append(machines, p)
	}
}

// addLeast puts the replica with the least score on a machine. It returns false if no replica fits.
func (b *batch) addLeast(p *machineFill, score vectorpacking.Score, counts []int) bool {
	left := b.left(p, nil)
	best, on, least := -1, 0, 0.
	for i, c := range b.list {
		s := score.Sum(b.needs[i], left)
		if counts[i] == 0 || best >= 0 && s >= least {
			continue
		}
		if device, ok := p.device(&b.Configurations[c]); ok {
			best, on, least = i, device, s
		}
	}
	if best < 0 {
		return false
	}
	c := b.list[best]
	p.take(&b.Configurations[c], c, on, 1)
	counts[best]--
	return true
}
