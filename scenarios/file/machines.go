package file

import (
	"fmt"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Machines is a machine type that can be rented, with what differs from the catalogue.
type Machines struct {
	Machine string              `yaml:"machine,required" doc:"name of a machine type"`
	Max     int                 `yaml:"max,required" doc:"most machines at a time"`
	Boot    *RandomDuration     `yaml:"boot,omitempty" doc:"time from order to ready, e.g. 45s; or {mean, distribution}, drawn anew for every machine"`
	Price   *quantity.Price     `yaml:"price,omitempty" doc:"price per machine"`
	Network *quantity.Bandwidth `yaml:"network,omitempty" doc:"link of a machine to others, each way, by which KV caches of LLMs move; 0B/s: no limit"`
	MIG     bool                `yaml:"mig,omitempty" doc:"its GPUs are cut into MIG slices: a replica takes a slice, or whole GPUs"`

	Failures     *Failures       `yaml:"failures,omitempty" doc:"how machines break down; never when left out"`
	Spot         *Spot           `yaml:"spot,omitempty" doc:"how the owner takes machines back; never when left out"`
	Outages      *Outages        `yaml:"outages,omitempty" doc:"trace of when machines are down, instead of failures"`
	Availability *Availability   `yaml:"availability,omitempty" doc:"trace of how many machines can be rented, instead of spot"`
	Interference quantity.Factor `yaml:"interference,omitempty" doc:"factor on the latency of a batch for one other busy replica of its GPU, 1 + k·(factor − 1) for k"`
}

// Check implements strict.Checker.
func (m *Machines) Check(_ *strict.Node, report func(path, message string)) {
	if m.Max < 1 || m.Max > 1_000_000 {
		report("max", fmt.Sprintf("%d is outside 1 to 1000000", m.Max))
	}
	if m.Price != nil && *m.Price < 0 {
		report("price", fmt.Sprintf("%v is negative", *m.Price))
	}
	if m.Network != nil && *m.Network < 0 {
		report("network", fmt.Sprintf("%v is negative", *m.Network))
	}
	m.checkDynamics(report)
}

// checkDynamics reports keys about losses that exclude each other, and an interference out of
// range.
func (m *Machines) checkDynamics(report func(path, message string)) {
	if m.Failures != nil && m.Outages != nil {
		report("outages", "a machine has either failures or a trace of outages, not both")
	}
	if m.Spot != nil && m.Availability != nil {
		report("availability", "a machine has either spot or a trace of its availability, not both")
	}
	if m.Interference != 0 && !(m.Interference >= 1 && m.Interference <= 100) {
		report("interference", fmt.Sprintf("%v is outside 1 to 100", m.Interference))
	}
}

// Hint implements strict.Hinter.
func (*Machines) Hint(key string) string {
	switch key {
	case "min", "minimum", "least":
		return "policies say how much is kept at least: min-replicas gives the replicas of each model, as in {follow: {min-replicas: 1}}"
	case "count", "number", "machines":
		return "max is the most machines at a time; policies decide how many there are"
	}
	return ""
}
