package optimize

import (
	"encoding/binary"
	"slices"
)

// filling is the content of one machine of a type: the number of replicas of each configuration. It
// says also which present machines it is made from, because replicas that they hold need no load.
type filling struct {
	kind   int
	from   int   // group of present machines; −1: a machine whose replicas all need loads
	counts []int // per configuration of the type, in the order of index.byType
	layout *machineFill
	kept   bag // replicas that stay, by the index in presence.paid; nil if from is −1
}

// fillings is a list of fillings of machines. It also records whether some filling may be missing.
type fillings struct {
	*index
	list   []filling
	useful []int // per configuration, largest useful number of replicas on a machine
	unsure bool  // a set of replicas was left out although it may fit on a machine

	anew map[string]packedAnew // by type and numbers of replicas

	covers []*covers    // per model; nil: none are listed
	cuts   []inequality // that the relaxation satisfies

	tiers []tierLimit // on the machines of tiers, at a node of boundByMachines; nil: none
}

// packedAnew is what packing the replicas of a machine anew came to. The machine is nil if they do
// not fit. Unsure says that the search was cut short.
type packedAnew struct {
	machine *machineFill
	unsure  bool
}

const (
	packingSteps = 500     // bounds the search of pack
	mostPacked   = 100_000 // bounds the memory for what add packed anew
)

func newFillings(x *index) *fillings {
	l := &fillings{index: x, useful: make([]int, len(x.Configurations)), anew: map[string]packedAnew{}}
	for c := range l.useful {
		l.useful[c] = int(min(x.most(c), float64(x.perMachine[c])))
	}
	for m := range x.Demand {
		l.covers = append(l.covers, newCovers(x, m))
	}
	return l
}

// note adds a filling to the list, unless the list has it. It reports whether it added the filling.
func (l *fillings) note(f filling) bool {
	for i := range l.list {
		if o := &l.list[i]; o.kind == f.kind && o.from == f.from && slices.Equal(o.counts, f.counts) {
			return false
		}
	}
	if f.from >= 0 {
		l.stay(&f)
	}
	l.list = append(l.list, f)
	return true
}

// pile adds useful replicas of configuration i of the type to a filling, as long as they fit.
func (l *fillings) pile(f *filling, i int) {
	for f.counts[i] < l.useful[l.byType[f.kind][i]] {
		more, ok := l.add(f.kind, f.layout, f.counts, i)
		if !ok {
			return
		}
		f.layout = more
		f.counts[i]++
	}
}

// extend fills the free resources of a machine with useful replicas, in the order of the
// configurations.
func (l *fillings) extend(f filling) filling {
	f.counts = slices.Clone(f.counts)
	for i := range f.counts {
		l.pile(&f, i)
	}
	return f
}

// basics adds the fillings that begin with one configuration, those that begin with what a present
// machine holds, and the fillings of a solution's machines.
func (l *fillings) basics(found *Solution) {
	for k := range l.Types {
		for i := range l.byType[k] {
			f := filling{kind: k, from: -1, counts: make([]int, len(l.byType[k])), layout: newMachineFill(&l.Types[k])}
			if l.pile(&f, i); f.counts[i] > 0 {
				l.note(l.extend(f))
			}
		}
		for g := range l.presence[k].groups {
			l.note(l.extend(l.unchanged(k, g)))
		}
	}
	for _, f := range l.ofMachines(found) {
		if slices.Max(f.counts) > 0 {
			l.note(l.extend(f))
		}
	}
}

// ofMachines returns the machines of a solution as fillings.
func (l *fillings) ofMachines(found *Solution) (list []filling) {
	pk := l.packed(*found)
	for k, machines := range pk.machines {
		q := l.presence[k]
		held := make([]content, len(machines))
		for i, p := range machines {
			held[i] = q.content(p.loads)
		}
		on, _ := q.match(held)
		for i, p := range machines {
			if len(l.byType[k]) > 0 {
				list = append(list, filling{kind: k, from: on[i], counts: l.counts(k, p), layout: p})
			}
		}
	}
	return list
}

// counts returns the number of replicas of each configuration on a machine of type k.
func (l *fillings) counts(k int, p *machineFill) []int {
	counts := make([]int, len(l.byType[k]))
	for _, load := range p.loads {
		if i := slices.Index(l.byType[k], load.Configuration); i >= 0 {
			counts[i] += load.Replicas
		}
	}
	return counts
}

// add returns a machine with one more replica of configuration i of the type. If no device has
// room, but the free resources of all devices together are enough, add packs all replicas anew. It
// returns false if the replica does not fit.
func (l *fillings) add(k int, p *machineFill, counts []int, i int) (*machineFill, bool) {
	c := l.byType[k][i]
	f := &l.Configurations[c]
	if device, ok := p.device(f); ok {
		more := p.clone()
		more.take(f, c, device, 1)
		return more, true
	}
	if l.Types[k].Devices < 2 || f.needed() == 0 || !p.roomInAll(f) {
		return nil, false
	}
	counts[i]++
	found := l.packAnew(k, counts)
	counts[i]--
	l.unsure = l.unsure || found.unsure
	if found.machine == nil {
		return nil, false
	}
	return found.machine.clone(), true
}

// packAnew packs the given numbers of replicas on an empty machine of type k.
func (l *fillings) packAnew(k int, counts []int) packedAnew {
	key := binary.AppendUvarint(make([]byte, 0, 1+len(counts)), uint64(k))
	for _, n := range counts {
		key = binary.AppendUvarint(key, uint64(n))
	}
	if found, known := l.anew[string(key)]; known {
		return found
	}
	var replicas []int
	for j, c := range l.byType[k] {
		replicas = append(replicas, slices.Repeat([]int{c}, counts[j])...)
	}
	slices.SortStableFunc(replicas, func(a, b int) int { return l.perMachine[a] - l.perMachine[b] })
	steps, found := packingSteps, packedAnew{machine: newMachineFill(&l.Types[k])}
	if !l.pack(found.machine, replicas, 0, &steps) {
		found = packedAnew{nil, steps < 0}
	}
	if len(l.anew) < mostPacked {
		l.anew[string(key)] = found
	}
	return found
}

// pack puts replicas on a machine in the given order. For each replica it tries all devices that
// differ in their free resources. Replicas of one configuration that follow each other go to
// devices in their order, the first one to a device from first on. It returns false if the replicas
// do not fit, or if the steps are used up.
func (l *fillings) pack(p *machineFill, replicas []int, first int, steps *int) bool {
	if len(replicas) == 0 {
		return true
	}
	if *steps--; *steps < 0 {
		return false
	}
	c := replicas[0]
	f := &l.Configurations[c]
	if device, ok := p.device(f); !ok {
		return false
	} else if f.needed() != 1 {
		p.take(f, c, device, 1)
		if l.pack(p, replicas[1:], 0, steps) {
			return true
		}
		p.take(f, c, device, -1)
		return false
	}
	width, same := len(f.Device), 1
	for same < len(replicas) && replicas[same] == c {
		same++
	}
	if p.holdsMore(f, first) < same {
		return false
	}
	for d := first; (d+1)*width <= len(p.devices); d++ {
		left := p.devices[d*width : (d+1)*width]
		if room, _ := roomFor(f.Device, left); !room || p.seenBefore(first, d, width) {
			continue
		}
		next := d // the next replica of the same configuration goes there, or further on
		if same == 1 {
			next = 0
		}
		p.take(f, c, d, 1)
		if l.pack(p, replicas[1:], next, steps) {
			return true
		}
		p.take(f, c, d, -1)
	}
	return false
}

// holdsMore returns how many further replicas, of which each takes a part of one device, the
// devices from the first one on have room for.
func (p *machineFill) holdsMore(f *Configuration, first int) (n int) {
	width := len(f.Device)
	for d := first; (d+1)*width <= len(p.devices); d++ {
		n += int(fitting(f.Device, p.devices[d*width:(d+1)*width]))
	}
	return n
}

// seenBefore reports whether a device from the first one on, and before device d, has the same free
// resources.
func (p *machineFill) seenBefore(first, d, width int) bool {
	for e := first; e < d; e++ {
		if slices.Equal(p.devices[e*width:(e+1)*width], p.devices[d*width:(d+1)*width]) {
			return true
		}
	}
	return false
}

// roomInAll reports whether a replica has room on the host, and whether the free resources of all
// devices together are enough for it.
func (p *machineFill) roomInAll(f *Configuration) bool {
	if !p.hosts(f) {
		return false
	}
	width := len(f.Device)
	for r, need := range f.Device {
		sum := int64(0)
		for at := r; at < len(p.devices); at += width {
			sum += p.devices[at]
		}
		if sum < need*int64(f.needed()) {
			return false
		}
	}
	return true
}

// clone returns a copy of a machine.
func (p *machineFill) clone() *machineFill {
	return &machineFill{slices.Clone(p.host), slices.Clone(p.devices), slices.Clone(p.loads)}
}

// holds reports whether a filling has at least the given number of replicas of each configuration.
func (f *filling) holds(counts []int) bool {
	for i, n := range counts {
		if f.counts[i] < n {
			return false
		}
	}
	return true
}
