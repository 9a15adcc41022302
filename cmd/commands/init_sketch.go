package commands

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/sim/quantity"
)

// sketch is a scenario before it is written.
type sketch struct {
	name     string
	day      time.Duration // length of a day, which is simulated once
	streams  []sketchedStream
	machines []builtin.Machine
	most     int
}

// sketchedStream is the stream of requests of one model.
type sketchedStream struct {
	model   builtin.Model
	variant builtin.Variant // the one that was named, or the most accurate one
	named   bool            // the variant was named
	rate    quantity.Rate
	latency time.Duration // objective; 0: an LLM, whose objectives are for tokens
}

// sketch makes a scenario from the flags. The error names every fault.
func (o initOptions) sketch(name string) (*sketch, error) {
	models, err := builtin.Models()
	if err != nil {
		return nil, err
	}
	types, err := builtin.Machines()
	if err != nil {
		return nil, err
	}
	s := &sketch{name: name, day: o.day, most: o.most}
	var faults []error
	named := o.models
	if len(named) == 0 {
		named = []string{firstModel}
	}
	for _, text := range named {
		stream, err := streamOf(text, models)
		if err != nil {
			faults = append(faults, fmt.Errorf("--model %s: %w", text, err))
			continue
		}
		if slices.ContainsFunc(s.streams, func(other sketchedStream) bool { return other.model.Name == stream.model.Name }) {
			faults = append(faults, fmt.Errorf("--model %s: the model is named twice", text))
		}
		s.streams = append(s.streams, stream)
	}
	for _, text := range o.machines {
		m, err := builtin.FindMachine(types, text)
		if err != nil {
			faults = append(faults, fmt.Errorf("--machine: %w", err))
		}
		s.machines = append(s.machines, m)
	}
	cloud := slices.DeleteFunc(slices.Clone(types), func(m builtin.Machine) bool { return m.Provider() != cmp.Or(o.cloud, firstCloud) })
	if len(cloud) == 0 {
		faults = append(faults, fmt.Errorf("--cloud %s: want one of %s", o.cloud, strings.Join(providers(types), ", ")))
	}
	if o.day < leastDay || o.day > mostDay {
		faults = append(faults, fmt.Errorf("--day %v: must be from %v to %v", o.day, quantity.Duration(leastDay), quantity.Duration(mostDay)))
	}
	if o.latency < 0 {
		faults = append(faults, fmt.Errorf("--latency %v: must be positive", o.latency))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return s, s.complete(cloud, o.latency)
}

// providers lists the providers of machine types.
func providers(types []builtin.Machine) (list []string) {
	for _, m := range types {
		if !slices.Contains(list, m.Provider()) {
			list = append(list, m.Provider())
		}
	}
	return list
}

// streamOf reads NAME or NAME=RATE. The name is that of a model or of one of its variants.
func streamOf(text string, models []builtin.Model) (s sketchedStream, err error) {
	name, rate, rated := strings.Cut(text, "=")
	if s.model, err = builtin.FindModel(models, name); err == nil {
		s.variant = slices.MaxFunc(s.model.Variants, func(a, b builtin.Variant) int { return cmp.Compare(a.Accuracy, b.Accuracy) })
	} else if !s.find(models, name) {
		return s, err
	}
	if !rated {
		rate = "20/s"
		if s.tokens() {
			rate = "1/s"
		}
	}
	if err := s.rate.UnmarshalText([]byte(rate)); err != nil {
		return s, err
	}
	if s.rate <= 0 {
		return s, errors.New("the rate must be positive")
	}
	return s, nil
}

// find chooses the variant with a name, whatever the case of its letters. It returns false if there
// is none.
func (s *sketchedStream) find(models []builtin.Model, name string) bool {
	for _, m := range models {
		for _, v := range m.Variants {
			if strings.EqualFold(v.Name, name) {
				s.model, s.variant, s.named = m, v, true
				return true
			}
		}
	}
	return false
}

// tokens reports whether the model is an LLM.
func (s *sketchedStream) tokens() bool { return s.variant.Devices[0].Tokens != nil }

// complete chooses machine types if none is named, and sets the objectives. It is an error if no
// machine type has room for a model.
func (s *sketch) complete(types []builtin.Machine, latency time.Duration) error {
	chosen := len(s.machines) > 0
	var faults []error
	for i := range s.streams {
		stream := &s.streams[i]
		from := types
		if chosen {
			from = s.machines
		}
		fit := stream.fitting(from)
		if len(fit) == 0 {
			faults = append(faults, fmt.Errorf("%s does not fit on any of these machine types; it runs on %s", stream.model.Name, strings.Join(stream.devices(), ", ")))
			continue
		}
		if !chosen {
			fit = stream.economical(fit, latency)
			for _, m := range fit {
				if !slices.ContainsFunc(s.machines, func(other builtin.Machine) bool { return other.Name == m.Name }) {
					s.machines = append(s.machines, m)
				}
			}
		}
		if stream.tokens() {
			continue
		}
		if stream.latency = latency; latency == 0 {
			stream.latency = stream.comfortable(fit)
		}
	}
	if !chosen {
		slices.SortStableFunc(s.machines, func(a, b builtin.Machine) int { return cmp.Compare(a.Price, b.Price) })
	}
	return errors.Join(faults...)
}

// fitting returns the machine types on which a replica has room, the cheapest first.
func (s *sketchedStream) fitting(types []builtin.Machine) []builtin.Machine {
	var list []builtin.Machine
	for _, m := range types {
		if s.profile(m) != nil {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b builtin.Machine) int { return cmp.Compare(a.Price, b.Price) })
	return list
}

// profile returns how the model runs on a machine type: on a GPU if it has one that the model runs
// on, or else on its cores. It returns nil if a replica has no room there.
func (s *sketchedStream) profile(m builtin.Machine) *builtin.Profile {
	for i := range s.variant.Devices {
		p := &s.variant.Devices[i]
		gpu := p.Device == m.GPU && max(1, p.GPUs) <= m.GPUs && p.GPUMemory <= m.GPUMemory
		cpu := p.Device == builtin.CPU && m.GPU == ""
		if (gpu || cpu) && p.MIG == "" && p.Cores <= m.Cores && p.Memory <= m.Memory {
			return p
		}
	}
	return nil
}

// devices lists the kinds of devices on which the model runs, each with the smallest number that is
// enough.
func (s *sketchedStream) devices() (list []string) {
	seen := map[string]bool{}
	for _, p := range s.variant.Devices { // the smallest number of a kind comes first
		if !seen[p.Device] {
			list = append(list, p.Device+p.Suffix())
		}
		seen[p.Device] = true
	}
	return list
}

// comfortable returns an objective that the fastest of the given machine types can meet: five times
// what one request takes alone there, at least 50 ms, rounded up to 1, 2 or 5 times a power of ten.
func (s *sketchedStream) comfortable(types []builtin.Machine) time.Duration {
	least := time.Duration(math.MaxInt64)
	for _, m := range types {
		if b, err := s.profile(m).Batch(); err == nil {
			least = min(least, max(50*time.Millisecond, 5*b.Latency(1)))
		}
	}
	step := math.Pow10(int(math.Floor(math.Log10(float64(least)))))
	for _, times := range []float64{1, 2, 5} {
		if float64(least) <= times*step {
			return time.Duration(times * step)
		}
	}
	return time.Duration(10 * step)
}

// text writes the scenario.
func (s *sketch) text() string {
	var b strings.Builder
	about, scale := "A day, with its peak in the middle.", ""
	if s.day != wholeDay {
		about = fmt.Sprintf("A day in %v, with its peak in the middle.", quantity.Duration(s.day))
		scale = fmt.Sprintf("; the load changes %.3g times as fast as in a day of 24 h, which is hard on policies that react (--day 24h)", wholeDay.Hours()/s.day.Hours())
	}
	fmt.Fprintf(&b, `# Made by wavetank init. docs/scenarios.md describes every key; wavetank check prints all defaults.
name: %q
about: %s
seed: 1
duration: %v    # simulated time%s
warmup: %v      # metrics leave this out
replications: 5 # more of them give narrower intervals

workload:
`, s.name, about, quantity.Duration(s.day), scale, quantity.Duration(s.day/12))
	for i := range s.streams {
		stream := &s.streams[i]
		fmt.Fprintf(&b, "  - model: %s\n", stream.model.Name)
		if len(stream.model.Variants) > 1 {
			fmt.Fprintf(&b, "    variants: [%s] # %spolicies may choose among several\n", stream.variant.Name, map[bool]string{false: "the most accurate; "}[stream.named])
		}
		if stream.tokens() {
			fmt.Fprintf(&b, "    slo: {ttft: 2s, tpot: %v, percentile: 95} # first token, and each further one\n", tokenTime)
			fmt.Fprintf(&b, "    input: {lognormal: {mean: %[1]v, sd: %[1]v, max: 8000}} # tokens of a prompt\n", promptTokens)
			fmt.Fprintf(&b, "    output: {lognormal: {mean: %[1]v, sd: %[1]v, max: 2000}} # tokens of an answer\n", answerTokens)
		} else {
			fmt.Fprintf(&b, "    slo: {latency: %v, percentile: 95}\n", quantity.Duration(stream.latency))
		}
		fmt.Fprintf(&b, "    arrivals: {day-curve: {mean: %v, peak: %vx, at: %v, day: %v}}\n", stream.rate, peakOverMean, quantity.Duration(s.day/2), quantity.Duration(s.day))
	}
	b.WriteString("\nfleet: # what can be rented\n")
	for _, m := range s.machines {
		devices := ""
		if m.GPUs > 0 {
			devices = fmt.Sprintf(", %d × %s", m.GPUs, m.GPU)
		}
		fmt.Fprintf(&b, "  - {machine: %s, max: %d} # %v%s\n", m.Name, s.most, m.Price, devices)
	}
	b.WriteString(`
baseline: static-best
policies: # wavetank list policies
  - static-best # the cheapest constant fleet
  - follow
  - hpa
  - greedy
  - lp
  - auto-adjust
`)
	return b.String()
}
