package policytest

import (
	"fmt"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// room returns a specification of one model on machines of four cores, on GPUs that are cut into
// slices, on machines with memory, and on machines in two zones.
func room() *fleet.Spec {
	c := Pair()
	c.Models, c.Variants = c.Models[:1], c.Variants[:1]
	c.Types = []fleet.MachineType{
		{Name: "box", Cores: 4, Price: 1, Max: 4},
		{Name: "cut", Cores: 8, GPUs: 1, GPUMemory: 40 << 30, Sliced: true, Price: 4, Max: 3},
		{Name: "wide", Cores: 8, Memory: 8, Price: 2, Max: 2},
		{Name: "zoned", Cores: 4, Price: 1, Max: 2, Zones: []fleet.ZoneID{1, 2}},
	}
	c.Zones = []fleet.Zone{{Name: "a"}, {Name: "b"}}
	shape := c.Deployments[0]
	c.Deployments = nil
	for i, name := range []string{"one", "two", "three", "another"} { // in order of their cores
		shape.Name, shape.Need = name, fleet.Resources{Cores: 1 + i%3}
		c.Deployments = append(c.Deployments, shape)
	}
	for _, s := range []string{"1g", "2g", "3g"} {
		slice, _ := fleet.FindSlice(s, 40<<30)
		shape.Name, shape.Type, shape.Need = s, 1, slice.Need(fleet.Resources{Cores: 1}, 40<<30)
		c.Deployments = append(c.Deployments, shape)
	}
	for _, of := range []struct {
		name string
		need fleet.Resources
	}{{"busy", fleet.Resources{Cores: 7, Memory: 2}}, {"even", fleet.Resources{Cores: 4, Memory: 4}}, {"small", fleet.Resources{Cores: 1, Memory: 1}}} {
		shape.Name, shape.Type, shape.Need = of.name, 2, of.need
		c.Deployments = append(c.Deployments, shape)
	}
	shape.Name, shape.Type, shape.Need = "zoned", 3, fleet.Resources{Cores: 1}
	c.Deployments = append(c.Deployments, shape)
	return c
}

// Places lets a placer follow targets on which placers differ. It returns where each new replica
// goes: deployment, machine, and the memory slot at which a slice begins. First the oldest machine
// has room for two cores, the next for one and the newest for three. Later targets ask for slices
// of a GPU, in an order for which the start of each slice matters. For the last replica there are
// two machines: one has little left but memory, the other has equal shares of cores and memory. At
// last two replicas may stand in two zones.
func Places(p allocation.Placer) (row string, err error) {
	f := fleet.New(room())
	var placed []string
	for _, targets := range [][]int{
		{0, 2, 0, 0, 0, 0, 0}, {0, 2, 1, 0, 0, 0, 0}, {0, 2, 1, 1, 0, 0, 0}, {1, 2, 1, 1, 0, 0, 0},
		{1, 1, 1, 0, 0, 0, 0}, {1, 1, 1, 1, 0, 0, 0},
		{1, 1, 1, 1, 1, 0, 0}, {1, 1, 1, 1, 2, 0, 0}, {1, 1, 1, 1, 2, 0, 1}, {1, 1, 1, 1, 2, 1, 1},
		{1, 1, 1, 1, 2, 1, 1, 1}, {1, 1, 1, 1, 2, 1, 1, 1, 1}, {1, 1, 1, 1, 2, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2},
	} {
		want := make([]int, len(f.Spec().Deployments))
		copy(want, targets)
		each := allocation.Planned{Spec: f.Spec()}.Each()
		t := allocation.Targets{Chosen: allocation.Chosen{Replicas: want}, Each: each, Demand: []float64{0}, Capacity: allocation.PlannedCapacity(f.Spec(), want, each), Shortfall: []float64{0}}
		plan, err := p.Place(sim.ViewOf(f, 0), t)
		if err != nil {
			return "", err
		}
		if err := CarryOut(f, &plan); err != nil {
			return "", err
		}
		for _, l := range plan.Load {
			placed = append(placed, fmt.Sprintf("%s→%d", f.Spec().Deployments[l.Deployment].Name, l.Machine))
			if f.Spec().Deployments[l.Deployment].Need.Slice.Slots > 0 {
				placed[len(placed)-1] += fmt.Sprintf(".%d", l.Start)
			}
		}
	}
	return strings.Join(placed, " "), nil
}

// CarryOut carries out a plan at once. In placements on a machine that the plan orders, it fills in
// the identity of this machine.
func CarryOut(f *fleet.Fleet, p *sim.Plan) error {
	for _, id := range p.Drain {
		if err := f.Drain(id, 0); err != nil {
			return err
		}
		f.Remove(id, 0)
	}
	first := fleet.MachineID(f.Machines())
	for i, t := range p.Boot {
		in := fleet.ZoneID(0)
		if p.Zones != nil {
			in = p.Zones[i]
		}
		id, err := f.OrderIn(t, in, 0, 0)
		if err != nil {
			return err
		}
		f.Boot(id)
	}
	for i := range p.Load {
		l := &p.Load[i]
		if l.Machine < 0 { // −1 is the first machine that the plan orders (sim.Booted)
			l.Machine = first - 1 - l.Machine
		}
		id, err := f.PlaceAt(l.Deployment, l.Machine, l.GPU, l.Start, 0)
		if err != nil {
			return err
		}
		f.MakeReady(id, 0)
	}
	for _, id := range p.Stop {
		f.Release(id)
	}
	return nil
}
