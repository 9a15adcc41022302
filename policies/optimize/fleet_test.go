package optimize

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// alone returns present machines that each hold one replica of configuration c.
func alone(p Problem, c, machines int) FilledHosts {
	f := &p.Configurations[c]
	l := PlacedReplicas{Configuration: c, Device: min(f.needed(), 1) - 1, Replicas: 1}
	for d := 1; d < f.needed(); d++ {
		l.Further = append(l.Further, d)
	}
	return FilledHosts{Type: f.Type, Count: machines, Loads: []PlacedReplicas{l}}
}

// drawnPresent draws present machines, with replicas on any devices with room.
func drawnPresent(t *rapid.T, p Problem) (list []FilledHosts) {
	for k := range p.Types {
		for range rapid.IntRange(0, 3).Draw(t, "present machines") {
			m := newMachineFill(&p.Types[k])
			for range rapid.IntRange(0, 4).Draw(t, "present replicas") {
				c := rapid.IntRange(0, len(p.Configurations)-1).Draw(t, "configuration")
				f := &p.Configurations[c]
				if _, ok := m.device(f); f.Type != k || !ok {
					continue
				}
				if f.needed() == 0 {
					m.take(f, c, -1, 1)
					continue
				}
				d := rapid.IntRange(0, p.Types[k].Devices-1).Draw(t, "device")
				if room, _ := roomFor(f.Device, m.devices[d*len(f.Device):(d+1)*len(f.Device)]); room {
					m.take(f, c, d, 1)
				}
			}
			if len(m.loads) > 0 {
				list = append(list, FilledHosts{Type: k, Count: 1, Loads: m.loads})
			}
		}
	}
	return list
}

// labelled is one way to fill a machine whose devices differ: per configuration and device, the
// number of replicas on it. A replica on several devices counts on a set of devices, which has its
// own number after those of the devices.
type labelled [][]int

// everyFleet calls do with the replicas and the machines of every fleet within the limits, and with
// the least price of its loads. It tries every way to fill each present machine and new machines.
func everyFleet(p Problem, do func(replicas, machines []int, loads float64)) {
	x := newIndex(p)
	states := make([][]fleetState, len(p.Types))
	for k := range p.Types {
		states[k] = x.fleetsOf(k)
	}
	replicas, machines := make([]int, len(p.Configurations)), make([]int, len(p.Types))
	var try func(k int, loads float64)
	try = func(k int, loads float64) {
		if k == len(p.Types) {
			if p.spending(machines) <= p.money()*(1+1e-12) {
				do(replicas, machines, loads)
			}
			return
		}
		for _, s := range states[k] {
			if s.machines < p.Types[k].least() {
				continue
			}
			machines[k] = s.machines
			for c, n := range s.replicas {
				replicas[c] += n
			}
			try(k+1, loads+s.loads)
			for c, n := range s.replicas {
				replicas[c] -= n
			}
		}
	}
	try(0, 0)
}

// fleetState is a number of machines of one type, and of replicas on them, with the least price of
// their loads.
type fleetState struct {
	machines int
	replicas []int // per configuration of the problem
	loads    float64
}

func (s *fleetState) key() string { return fmt.Sprint(s.machines, s.replicas) }

// fleetsOf returns the fleets of type k.
func (x *index) fleetsOf(k int) []fleetState {
	ways := x.everyWay(k)
	options := func(was labelled) []fleetState {
		best := map[string]fleetState{}
		for _, way := range ways {
			s := fleetState{1, make([]int, len(way)), 0}
			for c := range way {
				stay := 0
				for d, n := range way[c] {
					s.replicas[c] += n
					if was != nil {
						stay += min(n, was[c][d])
					}
				}
				s.loads += x.Configurations[c].Switch * float64(s.replicas[c]-stay)
			}
			if known, ok := best[s.key()]; !ok || s.loads < known.loads {
				best[s.key()] = s
			}
		}
		return sorted(best)
	}
	var hosts []labelled
	for _, m := range x.Present {
		for n := 0; m.Type == k && n < m.Count; n++ {
			hosts = append(hosts, x.labelled(k, m.Loads))
		}
	}
	hosts = append(hosts, make([]labelled, x.Types[k].Max)...)
	states := []fleetState{{0, make([]int, len(x.Configurations)), 0}}
	fresh := options(nil)
	for _, was := range hosts {
		choices := fresh
		if was != nil {
			choices = options(was)
		}
		next := map[string]fleetState{}
		for _, s := range states {
			next[s.key()] = s
		}
		for _, s := range states {
			for _, o := range choices {
				sum := fleetState{s.machines + 1, slices.Clone(s.replicas), s.loads + o.loads}
				for c, n := range o.replicas {
					sum.replicas[c] = min(sum.replicas[c]+n, int(x.most(c))) // more are of no use
				}
				if known, ok := next[sum.key()]; sum.machines <= x.Types[k].Max && (!ok || sum.loads < known.loads) {
					next[sum.key()] = sum
				}
			}
		}
		states = sorted(next)
	}
	return states
}

// sorted returns the states in the order of their keys.
func sorted(of map[string]fleetState) (list []fleetState) {
	for _, s := range of {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b fleetState) int { return slices.Compare([]byte(a.key()), []byte(b.key())) })
	return list
}

// labelled returns where the replicas of a machine are.
func (x *index) labelled(k int, loads []PlacedReplicas) labelled {
	out := x.emptyMachine(k)
	for _, l := range loads {
		out[l.Configuration][x.site(k, l)] += l.Replicas
	}
	return out
}

func (x *index) emptyMachine(k int) labelled {
	out := make(labelled, len(x.Configurations))
	for c := range out {
		out[c] = make([]int, 1<<(x.Types[k].Devices))
	}
	return out
}

// site numbers the set of devices of a load.
func (x *index) site(k int, l PlacedReplicas) (set int) {
	for _, d := range l.devices() {
		set |= 1 << d
	}
	return set
}

// everyWay lists every way to fill a machine of type k, with at most as many replicas as are of
// use.
func (x *index) everyWay(k int) (list []labelled) {
	t := &x.Types[k]
	host, devices := slices.Clone(t.Host), make([][]int64, t.Devices)
	for d := range devices {
		devices[d] = slices.Clone(t.Device)
	}
	way, held := x.emptyMachine(k), make([]int, len(x.Configurations))
	var try func(at, set int)
	try = func(at, set int) {
		if at == len(x.byType[k]) {
			out := make(labelled, len(way))
			for c := range way {
				out[c] = slices.Clone(way[c])
			}
			list = append(list, out)
			return
		}
		if set == 1<<t.Devices {
			try(at+1, 0)
			return
		}
		c := x.byType[k][at]
		f := &x.Configurations[c]
		var of []int
		for d := range t.Devices {
			if set&(1<<d) != 0 {
				of = append(of, d)
			}
		}
		try(at, set+1)
		n := 0
		for len(of) == f.needed() && float64(held[c]) < x.most(c) && fits(f, host, devices, of) {
			move(f, host, devices, of, 1)
			n++
			held[c]++
			way[c][set]++
			try(at, set+1)
		}
		move(f, host, devices, of, -n)
		held[c] -= n
		way[c][set] -= n
	}
	try(0, 0)
	return list
}

func fits(f *Configuration, host []int64, devices [][]int64, of []int) bool {
	ok := fitting(f.Host, host) > 0
	for _, d := range of {
		ok = ok && fitting(f.Device, devices[d]) > 0
	}
	return ok
}

func move(f *Configuration, host []int64, devices [][]int64, of []int, n int) {
	subtract(host, f.Host, n)
	for _, d := range of {
		subtract(devices[d], f.Device, n)
	}
}
