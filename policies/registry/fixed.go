package registry

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wavetank/policies/allocation"
	"wavetank/policies/allocation/control"
	"wavetank/sim"
	"wavetank/sim/fleet"
)

// Fixed are the parameters of fixed.
type Fixed struct {
	Replicas Named  `yaml:"replicas" doc:"number of replicas for the name of a deployment, or for whole words of it; when left out, one replica of each model"`
	Placer   Placer `yaml:"placer" doc:"where replicas are placed"`
}

// Named holds a number for each name.
type Named map[string]int

// String writes the numbers in the order of the names, as "6 decode, 2 prefill".
func (n Named) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[name], name))
	}
	return strings.Join(parts, ", ")
}

func fixedDefaults() *Fixed { return &Fixed{Placer: WithDefaults[Placer]("best-fit")} }

func newFixed(p *Fixed, ctx Context) (sim.Allocator, error) {
	placer, wrong := p.Placer.New(ctx)
	faults := []error{within("placer", wrong)}
	for _, name := range slices.Sorted(maps.Keys(p.Replicas)) {
		if n := p.Replicas[name]; n < 0 || n > allocation.MostKept {
			faults = append(faults, fmt.Errorf("replicas.%s: %d is outside [0, %d]", name, n, allocation.MostKept))
		}
	}
	demand, err := allocation.NewExpect(allocation.DefaultDemandOptions())
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	made := &allocation.Stages{
		Label: label("fixed", differences(p, fixedDefaults())...), Demand: demand, Capacity: allocation.Planned{Spec: ctx.Spec}, Place: placer,
	}
	if ctx.Spec != nil {
		made.Control, _ = control.NewFixedFleet(ctx.Spec, p.Replicas) // Misnamed reports the faults
	}
	return made, nil
}

// Misnamed reports the replicas that a fleet cannot have. It calls report with the path of the
// parameter (within the parameters of the policy), a message, and the name if no deployment has
// this name, otherwise "".
func (p *Fixed) Misnamed(c *fleet.Spec, report func(path, message, unknown string)) {
	exact, wrong := control.NewFixedFleet(c, p.Replicas)
	for _, w := range wrong {
		unknown := ""
		if w.Unknown {
			unknown = w.Name
		}
		report("replicas."+w.Name, w.Message, unknown)
	}
	if len(wrong) > 0 {
		return
	}
	wanted := exact.Replicas()
	fits, err := p.Room(c, wanted)
	if err != nil {
		report("replicas", err.Error(), "")
		return
	}
	for d, n := range wanted {
		if fits[d] < n {
			report("replicas", fmt.Sprintf("%s: the machines that can be rented hold %d beside the others, not %d",
				c.Deployments[d].Name, fits[d], n), "")
		}
	}
}

// Room returns per deployment how many of the wanted replicas the placer can place on an empty
// fleet.
func (p *Fixed) Room(c *fleet.Spec, wanted []int) ([]int, error) {
	placer, err := p.Placer.New(Context{Spec: c})
	if err != nil {
		return nil, err
	}
	none := make([]float64, len(c.Models))
	plan, err := placer.Place(sim.ViewOf(fleet.New(c), 0), allocation.Targets{
		Chosen: allocation.Chosen{Replicas: wanted}, Each: make([]float64, len(wanted)), Demand: none, Capacity: none, Shortfall: none,
	})
	fits := make([]int, len(wanted))
	for _, l := range plan.Load {
		fits[l.Deployment]++
	}
	return fits, err
}

// Runs returns the number of replicas of each deployment that the fixed fleet runs.
func (p *Fixed) Runs(c *fleet.Spec) []int {
	exact, _ := control.NewFixedFleet(c, p.Replicas)
	return exact.Replicas()
}
