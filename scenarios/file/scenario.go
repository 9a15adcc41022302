// Package file reads the scenario file that users write, with its defaults and checks. It opens no
// other file, and builds nothing from the scenario: scenarios/build does that.
package file

import (
	"slices"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// Scenario is a scenario file.
type Scenario struct {
	Name         string            `yaml:"name,required" doc:"short name, used in results"`
	About        string            `yaml:"about" doc:"one sentence for the report"`
	Seed         uint64            `yaml:"seed" doc:"seed of all random draws; the same scenario, seed and version give the same results"`
	Duration     quantity.Duration `yaml:"duration,required" doc:"simulated time in which requests arrive, e.g. 24h"`
	Warmup       quantity.Duration `yaml:"warmup" doc:"time at the start of a run that metrics leave out"`
	Drain        quantity.Duration `yaml:"drain" doc:"how long after the duration requests in flight may still finish"`
	Replications int               `yaml:"replications" doc:"independent runs of every policy"`
	Control      Control           `yaml:"control" doc:"when allocators decide and what they see"`
	Planning     Planning          `yaml:"planning" doc:"how much load plans give to a replica"`
	Classes      []Class           `yaml:"classes,omitempty" doc:"service level classes of requests; each stream says which shares they have"`
	Load         *quantity.Factor  `yaml:"load,omitempty" doc:"factor on the arrivals of all streams, e.g. 1.5x; 1x when not given"`
	Workload     []Stream          `yaml:"workload,required" doc:"streams of requests"`
	Zones        []Zone            `yaml:"zones,omitempty" doc:"places whose machines can all be lost at once, such as availability zones"`
	RoundTrip    *RoundTrip        `yaml:"round-trip,omitempty" doc:"time on the network between the zone of a client and the zone of a replica, there and back; none when not given"`
	Fleet        []Machines        `yaml:"fleet,required" doc:"machines that can be rented"`
	Carbon       *Carbon           `yaml:"carbon,omitempty" doc:"CO2 for the energy of all machines, e.g. 350g/kWh; or a table over time: {file} or {rows}"`
	Machines     []builtin.Machine `yaml:"machines,omitempty" doc:"machine types in addition to the built-in ones"`
	Models       []builtin.Model   `yaml:"models,omitempty" doc:"models in addition to the built-in ones"`
	Levers       `yaml:",inline"`
	InFlight     LostRequests `yaml:"lost-requests" was:"in-flight" doc:"what happens to the requests of a lost machine or replica: retry: they wait again, with their old arrival time; fail: they end"`
	Baseline     string       `yaml:"baseline" doc:"policy with which the others are compared; the first one when empty"`
	Policies     []Policy     `yaml:"policies,required" doc:"policies to compare, under the same requests"`
}

// SetDefaults implements strict.Defaulter.
func (s *Scenario) SetDefaults() {
	s.Seed = 1
	s.Drain = quantity.Duration(time.Minute)
	s.Replications = 10
	s.Control = Control{Period: quantity.Duration(time.Minute), Start: "warm", Startup: always(10 * time.Second)}
	s.Levers = defaultLevers()
	s.Planning = Planning{Utilization: 0.7, Wait: FullBatch}
	s.InFlight = "retry"
}

// MostReplications is the largest number of replications of an experiment.
const MostReplications = 100_000

// mostPeriods is the largest number of control periods in a run.
const mostPeriods = 10_000_000

// Class returns the class with the given name. The scenario must have one.
func (s *Scenario) Class(name string) *Class {
	return &s.Classes[slices.IndexFunc(s.Classes, func(c Class) bool { return c.Name == name })]
}

// Schema returns the JSON schema of scenario files, made from the types that read them.
func Schema() ([]byte, error) { return strict.Schema(Scenario{}, "wavetank scenario") }

// Resolved returns the scenario as YAML with its defaults filled in. It leaves out defaults of
// levers that depend on the allocator (LeversOf). Loading it gives the same scenario.
func (s *Scenario) Resolved() ([]byte, error) { return strict.Encode(*s) }
