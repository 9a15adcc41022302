package scenarios

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/sim/profile"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// read returns the content of a file that the scenario names.
func (f *Loaded) read(name string) ([]byte, error) {
	r, err := f.Open(name).Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := table.ReadAll(name, r, strict.LargestFile)
	if file, wrong := builtin.ReadStepTime(name, data); err == nil && wrong == nil {
		f.note(file.Warnings)
	}
	return data, err
}

// note keeps warnings of the files that the scenario names, each once.
func (f *Loaded) note(warnings []string) {
	for _, w := range warnings {
		if !slices.Contains(f.renamed, w) {
			f.renamed = append(f.renamed, w)
		}
	}
}

// engine makes a deployment serve tokens, and says why not even a request alone meets the
// objective. Plans count on the mean request of the stream, or on the part of it that the replica
// does. They take the replica to be as full as the objective lets it be.
func (b *builder) engine(d *fleet.Deployment, v builtin.Variant, p builtin.Profile) gap {
	c, err := p.Engine(v, b.file.read)
	if err != nil {
		b.unserved(d, v, p, err)
		return gap{of: noGap}
	}
	d.Tokens = &c
	at, m := &b.demand[d.Model], &b.catalog.Models[d.Model]
	u := capacity.Duty{Config: &c, Part: at.part}
	if u.Part != capacity.Whole && c.TokenBytes == 0 {
		b.unserved(d, v, p, errors.New("kv-bytes-per-token: say what of the KV cache a token is, or give the architecture: it moves to where the answer is decoded"))
		return gap{of: noGap}
	}
	u.Input, u.Output = b.lengths(at.stream)
	o := fleet.Objectives{FirstToken: m.FirstToken, PerToken: m.PerToken, Latency: m.Target}
	batch, each := u.Plan(o)
	assumed := b.scenario.Workload[at.stream].Input == nil && b.scenario.Planning.Input == 0
	if why := u.Refuses(); why != "" && (batch == 0 || !assumed) {
		return gap{of: tooSmall, why: fmt.Sprintf("with a prompt of %.0f and an answer of %.0f tokens it is %s; planning.input and planning.output say other lengths", u.Input, u.Output, why)}
	}
	if batch == 0 {
		return late(&u, o)
	}
	// the line of batches that takes as long: for policies that plan with batches
	points := []profile.Point{{Size: 1, Latency: max(1, kernel.Seconds(u.Lasts(1)))}}
	if batch > 1 {
		points = append(points, profile.Point{Size: batch, Latency: kernel.Seconds(each)})
	}
	if d.Latency, err = profile.Table(points); err != nil {
		return gap{of: tooSlow, why: err.Error()}
	}
	d.MaxBatch, d.Slots = batch, 1
	d.Capacity = b.scenario.Planning.Utilization * float64(batch) / each
	return gap{of: noGap}
}

// unserved reports once why a replica cannot serve tokens: at the key of the scenario's own model, else at the stream.
func (b *builder) unserved(d *fleet.Deployment, v builtin.Variant, p builtin.Profile, err error) {
	if _, reported := err.(strict.Faults); reported { // where they are written
		return
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	at := b.own(b.demand[d.Model].model.Name, v, p)
	for _, e := range list {
		path, text := at, e.Error()
		if key, rest, found := strings.Cut(text, ": "); path != "" && found && !strings.Contains(key, " ") {
			path, text = path+"."+key, rest
		}
		if path == "" {
			path, text = fmt.Sprintf("workload[%d]", b.demand[d.Model].stream), d.Name+": "+text
		}
		if !slices.Contains(b.unsound, path+text) {
			b.unsound = append(b.unsound, path+text)
			b.report(path, text)
		}
	}
}

// checkSpeech reports streams that ask an LLM for no tokens. Of the other streams it reports
// objectives that do not go with them.
func (b *builder) checkSpeech(ids map[string]fleet.ModelID) {
	for i := range b.scenario.Workload {
		if b.scenario.Workload[i].Arrivals.params == nil {
			continue // it may be a trace that has them
		}
		portions := b.portions(i)
		speechless := slices.IndexFunc(portions, func(p portion) bool {
			id, known := ids[p.model]
			return known && !p.stream.HasTokens() && b.speaks(&b.demand[id])
		})
		if speechless < 0 {
			b.checkObjectives(i)
			continue
		}
		b.report(fmt.Sprintf("workload[%d].input", i),
			fmt.Sprintf("%s is an LLM, whose requests need tokens: give laws of input and output, or a trace that has both", portions[speechless].model))
	}
}

// speaks reports whether the replicas of a model on the machines of the fleet serve tokens.
func (b *builder) speaks(d *demand) bool {
	if len(d.variants) > 0 && d.tokens() {
		return true
	}
	for _, v := range d.variants {
		for _, p := range v.Devices {
			if p.Tokens != nil && slices.ContainsFunc(b.rented, func(m builtin.Machine) bool { return runs(p, m) }) {
				return true
			}
		}
	}
	return false
}

// checkObjectives looks at the objectives of a stream without tokens, or of a pipeline. It reports
// those of tokens, and that one of latency is missing.
func (b *builder) checkObjectives(i int) {
	w := &b.scenario.Workload[i]
	check := func(slo *SLO, path string) {
		if slo == nil || w.HasTokens() && w.Pipeline == nil {
			return
		}
		if slo.FirstToken > 0 || slo.PerToken > 0 {
			b.report(path, "objectives of tokens are for one model: the stream is a pipeline, or has no laws of input and output, nor a trace of them")
		} else if slo.Latency == 0 {
			b.report(path+".latency", "this key is missing")
		}
	}
	path := fmt.Sprintf("workload[%d]", i)
	check(w.SLO, path+".slo")
	if w.Split != nil {
		for j, m := range w.Split.Models {
			check(m.SLO, fmt.Sprintf("%s.split.models[%d].slo", path, j))
		}
	}
}

// own returns the path of the tokens of a profile that the scenario spells out, "" where it is of the catalogue.
func (b *builder) own(model string, v builtin.Variant, p builtin.Profile) string {
	for i, m := range b.scenario.Models {
		for j, w := range m.Variants {
			for k, q := range w.Devices {
				if m.Name == model && w.Name == v.Name && q.Device == p.Device && q.Suffix() == p.Suffix() {
					return fmt.Sprintf("models[%d].variants[%d].devices[%d].tokens", i, j, k)
				}
			}
		}
	}
	return ""
}

// lengths returns the mean tokens of a prompt and an answer that plans for a stream count on: those that planning
// gives, else those of the stream's laws or of its trace, else an assumption.
func (b *builder) lengths(stream int) (input, output float64) {
	input, output = 512, 128
	s := &b.scenario.Workload[stream]
	if l, err := s.lengths(b.file.Open); err == nil && l != nil { // a fault is reported where the stream is made
		input, output = mean(l.Input)+s.SystemPrompt.Mean(), mean(l.Output)
	} else if t, ok := s.Arrivals.params.(replayable); ok {
		if sum, err := b.file.scan(s, t); err == nil && sum.Input > 0 && sum.Output > 0 {
			input, output = sum.Input, sum.Output
		}
	}
	p := &b.scenario.Planning
	if p.Input > 0 {
		input = float64(p.Input)
	}
	if p.Output > 0 {
		output = float64(p.Output)
	}
	return input, output
}

// mean returns the mean of a law of whole numbers, from its values at evenly spaced quantiles.
func mean(c distribution.Count) float64 {
	const points = 1000
	sum := 0.0
	for i := range points {
		sum += float64(c.At(math.Sqrt2 * math.Erfinv((2*float64(i)+1)/points-1)))
	}
	return sum / points
}
