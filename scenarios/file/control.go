package file

import (
	"fmt"
	"time"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Control says when allocators decide and what they see.
type Control struct {
	Period quantity.Duration `yaml:"period" doc:"how often allocators decide"`
	Delay  quantity.Duration `yaml:"delay" doc:"smallest age of an observed window"`
	Start  Start             `yaml:"start" doc:"warm: the first fleet is there at once; cold: it boots and loads"`
	// Startup is the time in which a serving process starts, compiles and warms up. The default of
	// 10 s is an assumption.
	Startup RandomDuration `yaml:"startup" doc:"time that a replica needs until it is ready, in addition to loading its weights, e.g. 10s; or {mean, distribution}, drawn separately for each replica"`
	// Grace means what it does for a pod that Kubernetes deletes.
	Grace *quantity.Duration `yaml:"termination-grace-period,omitempty" doc:"how long a replica may drain, e.g. 30s; after that it is lost, and its requests are treated as lost-requests says; no limit when left out"`
	// StorageBandwidth is the bandwidth of the one storage from which all machines load.
	StorageBandwidth quantity.Bandwidth `yaml:"storage-bandwidth,omitempty" doc:"bandwidth that all replicas that load at a time share, over all machines; no limit when left out"`
	// StorageOutages are spans in which that storage gives nothing.
	StorageOutages []DownSpan `yaml:"storage-outages,omitempty" doc:"spans in which loads of weights make no progress; none when left out"`
}

// Start says whether the first fleet is ready at once.
type Start string

// Choices implements strict.Chooser.
func (Start) Choices() []string { return []string{"warm", "cold"} }

// Check implements strict.Checker.
func (c *Control) Check(_ *strict.Node, report func(path, message string)) {
	if c.Period < quantity.Duration(time.Millisecond) {
		report("period", fmt.Sprintf("%v is shorter than 1ms", c.Period))
	}
	nonNegative(report, "delay", c.Delay)
	if c.Startup.Mean == nil {
		report("startup.mean", "nothing is written here; want a span of time, such as 10s")
	}
	if c.Grace != nil && *c.Grace <= 0 {
		report("termination-grace-period", fmt.Sprintf("%v is not above 0", *c.Grace))
	}
	if c.StorageBandwidth < 0 {
		report("storage-bandwidth", fmt.Sprintf("%v is negative", c.StorageBandwidth))
	}
}
