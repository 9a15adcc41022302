package engine

import (
	"fmt"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// plans asks the allocator and carries out its plans.
type plans struct {
	*core
	dispatch *dispatch
	leaving  *leaving
	losses   *losses
	starts   starts
	plan     sim.Plan // the last plan
}

// decide asks the allocator and applies its plan. With instant, boots and loads take no time, as in
// the first fleet.
func (p *plans) decide(instant bool) {
	plan, err := p.Allocator.Allocate(p.viewNow())
	if err != nil {
		p.fail("allocator %q: %w", p.Allocator, err)
		return
	}
	p.plan = plan
	p.fact = blank
	p.fact.Plan = &p.plan
	p.emit(sim.Decided)
	if err := p.apply(&p.plan, instant); err != nil {
		p.fail("allocator %q: %w", p.Allocator, err)
	}
}

// apply carries out a plan. Its error names the first change that the fleet does not allow.
func (p *plans) apply(plan *sim.Plan, instant bool) error {
	for i, at := range plan.Drain {
		if err := p.leaving.drain(at); err != nil {
			return fmt.Errorf("drain %d: %w", i, err)
		}
	}
	for i, on := range plan.Stop {
		if err := p.leaving.stop(on); err != nil {
			return fmt.Errorf("stop %d: %w", i, err)
		}
	}
	booted := make([]fleet.MachineID, len(plan.Boot))
	for i, t := range plan.Boot {
		in := fleet.ZoneID(0)
		if i < len(plan.Zones) {
			in = plan.Zones[i]
		}
		on, err := p.order(t, in, instant)
		if err != nil {
			return fmt.Errorf("boot %d: %w", i, err)
		}
		booted[i] = on
	}
	for i, l := range plan.Load {
		on := l.Machine
		if on < 0 {
			if int(-1-on) >= len(booted) {
				return fmt.Errorf("load %d: names booted machine %d of %d", i, -1-on, len(booted))
			}
			on = booted[-1-on]
		}
		if err := p.load(l, on, instant); err != nil {
			return fmt.Errorf("load %d: %w", i, err)
		}
	}
	return nil
}

// order rents a machine in a zone; 0: the fleet chooses it. A boot that would end while the zone is
// down ends when it is up again.
func (p *plans) order(t fleet.TypeID, in fleet.ZoneID, instant bool) (fleet.MachineID, error) {
	now := p.queue.Now()
	up, expected := now, now
	if !instant && int(t) < len(p.Spec.Types) && t >= 0 {
		if in == 0 {
			in = p.fleet.NextZone(t)
		}
		up, expected = p.losses.zones.up(in, now.Add(p.starts.boot(t, &p.Spec.Types[t]))), now.Add(p.Spec.Types[t].Boot)
	}
	on, err := p.fleet.OrderIn(t, in, now, expected)
	if err != nil {
		return 0, err
	}
	p.starts.up = append(p.starts.up, up)
	p.emitMachine(sim.MachineOrdered, on)
	p.losses.add(on)
	if up == now {
		p.losses.boot(on)
	} else {
		p.queue.Schedule(up, event{kind: machineDone, index: int32(on)})
	}
	return on, nil
}

// load places a replica. It starts up once its machine is up, or one that sleeps there wakes.
func (p *plans) load(l sim.Placement, on fleet.MachineID, instant bool) error {
	at, err := p.fleet.PlaceAt(l.Deployment, on, l.GPU, l.Start, p.queue.Now())
	if err != nil {
		return err
	}
	p.emitReplica(sim.ReplicaLoading, at)
	if instant {
		p.becomeReady(at)
		return nil
	}
	begins := max(p.queue.Now(), p.starts.up[on])
	if takes, loads, woken := p.leaving.sleepers.wake(at); woken {
		e := event{kind: replicaWakes, index: int32(at)}
		if loads {
			e.kind = replicaDone
		}
		p.queue.Schedule(begins.Add(takes), e)
		return nil
	}
	startup := p.starts.load(l.Deployment, &p.Spec.Deployments[l.Deployment])
	p.queue.Schedule(begins.Add(startup), event{kind: replicaDone, index: int32(at)})
	return nil
}

// becomeReady ends the loading of a replica, and offers it the requests that wait for its model.
func (p *plans) becomeReady(at fleet.ReplicaID) {
	p.fleet.MakeReady(at, p.queue.Now())
	p.emitReplica(sim.ReplicaReady, at)
	p.dispatch.offer(p.fleet.Replica(at).Model)
}
