package file

import (
	"fmt"
	"math"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Sleep says how replicas sleep that leave a machine.
type Sleep struct {
	Level     int                `yaml:"level" doc:"1: the weights are kept in host memory; 2: they are dropped, and loaded again"`
	Memory    quantity.Bytes     `yaml:"memory,omitempty" doc:"host memory of a machine for weights, beside that of the replicas; required with level 1"`
	Bandwidth quantity.Bandwidth `yaml:"bandwidth" doc:"bandwidth by which the weights of a replica move from host memory to its GPUs"`
	Wake      quantity.Duration  `yaml:"wake" doc:"time to wake, in place of control.startup, before the weights move"`
}

// SetDefaults implements strict.Defaulter. The link is a PCIe 4.0 slot with 16 lanes.
func (s *Sleep) SetDefaults() { *s = Sleep{Level: 1, Bandwidth: 25e9, Wake: 1e9} }

// Check implements strict.Checker.
func (s *Sleep) Check(_ *strict.Node, report func(path, message string)) {
	switch {
	case s.Level != 1 && s.Level != 2:
		report("level", fmt.Sprintf("%d is neither 1 (weights in host memory) nor 2 (weights dropped)", s.Level))
	case s.Level == 1 && s.Memory <= 0:
		report("memory", "level 1 keeps weights in host memory; give its size")
	case s.Level == 2 && s.Memory != 0:
		report("memory", "level 2 keeps no weights; leave this out")
	}
	if !(s.Bandwidth > 0) || math.IsInf(float64(s.Bandwidth), 1) {
		report("bandwidth", fmt.Sprintf("must be positive, not %v", s.Bandwidth))
	}
	if s.Wake < 0 {
		report("wake", fmt.Sprintf("%v is negative", s.Wake))
	}
}
