package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/strict"
	"wavetank/sim/fleet"
)

// builder makes the catalogue of a run from a scenario and gathers what is wrong with it.
type builder struct {
	scenario *Scenario
	findings *findings
	file     *Loaded
	unsound  []string // what was reported of engines
	gaps     []gap    // machine types that models cannot use
	machines []builtin.Machine
	models   []builtin.Model
	used     []string // devices of variants that deployments are of: model, variant and shape
	unused   []string // machine types, and devices of the scenario's own models, that cannot be used, each with why
	catalog  fleet.Spec
	rented   []builtin.Machine // per machine type of the catalog
	demand   []demand          // per model of the catalog
}

// demand is what the streams ask of a model.
type demand struct {
	model    builtin.Model
	variants []builtin.Variant // that may be used
	stream   int               // the first stream that names the model
	part     capacity.Part     // of a request that its replicas do
}

// build makes the catalogue; what is wrong is noted in found. Ids is nil where it cannot be made.
func build(s *Scenario, f *Loaded, found *findings) (b *builder, ids map[string]fleet.ModelID) {
	b = &builder{scenario: s, file: f, findings: found}
	b.catalog.Kinds = []string{builtin.CPU}
	b.catalog.StorageBandwidth = float64(s.Control.StorageBandwidth)
	if !b.lists() {
		return b, nil
	}
	b.types()
	s.addClassesAndTenants(&b.catalog)
	ids = b.classes()
	b.pipelines(ids)
	b.splitVariants()
	found.settle()
	b.checkSpeech(ids)
	found.settle() // what serves a model is asked only where all that it depends on is sound
	for m := range b.demand {
		if found.sound(b.demand[m].stream) {
			b.deploy(fleet.ModelID(m))
		}
	}
	b.idleMachines()
	b.idleDevices()
	return b, ids
}

// splitVariants reports variants of a stream that none of the models which it is split over has.
func (b *builder) splitVariants() {
	for i := range b.scenario.Workload {
		s := &b.scenario.Workload[i]
		var known []string
		for _, p := range b.portions(i) {
			if model, err := builtin.FindModel(b.models, p.model); err == nil {
				for _, v := range model.Variants {
					known = append(known, v.Name)
				}
			}
		}
		for j, name := range s.Variants {
			if s.Split != nil && !slices.Contains(known, name) {
				b.report(fmt.Sprintf("workload[%d].variants[%d]", i, j), fmt.Sprintf("no model of the split has the variant %q%s", name, strict.Suggest(name, known)))
			}
		}
	}
}

func (b *builder) report(path, message string) { b.findings.report(path, message) }

// lists joins the built-in catalogue and the scenario's own; an entry of the scenario replaces a built-in one
// of the same name.
func (b *builder) lists() bool {
	machines, err := builtin.Machines()
	if err == nil {
		b.models, err = builtin.Models()
	}
	if err != nil {
		b.report("", err.Error())
		return false
	}
	b.machines = override(machines, b.scenario.Machines, func(m builtin.Machine) string { return m.Name })
	b.models = override(b.models, b.scenario.Models, func(m builtin.Model) string { return m.Name })
	b.checkModels()
	return true
}

// checkModels reports models of the scenario that have the name of another scope of results. It
// also reports devices that no machine has.
func (b *builder) checkModels() {
	kinds := []string{builtin.CPU}
	for _, m := range b.machines {
		if m.GPU != "" && !slices.Contains(kinds, m.GPU) {
			kinds = append(kinds, m.GPU)
		}
	}
	for i, m := range b.scenario.Models {
		if m.Name == "all" || slices.Contains(kinds, m.Name) {
			b.report(fmt.Sprintf("models[%d].name", i), fmt.Sprintf("a model cannot be called %q: results have that name for something else", m.Name))
		}
		for j, v := range m.Variants {
			for k, p := range v.Devices {
				if !slices.Contains(kinds, p.Device) {
					path := fmt.Sprintf("models[%d].variants[%d].devices[%d]", i, j, k)
					b.findings.forget(path + ".gpu-memory") // it may be none
					b.report(path+".device", fmt.Sprintf("no machine has the device %q%s", p.Device, strict.Suggest(p.Device, kinds)))
				}
			}
		}
	}
}

// override returns a list in which entries of another list come first and replace those of the same name.
func override[T any](list, by []T, name func(T) string) []T {
	kept := slices.Clone(by)
	for _, entry := range list {
		if !slices.ContainsFunc(by, func(other T) bool { return name(other) == name(entry) }) {
			kept = append(kept, entry)
		}
	}
	return kept
}

// types makes the machine types.
func (b *builder) types() {
	for i, use := range b.scenario.Fleet {
		m, err := builtin.FindMachine(b.machines, use.Machine)
		if err != nil {
			if !b.findings.unnamed("machines") {
				b.report(fmt.Sprintf("fleet[%d].machine", i), err.Error())
			}
			continue
		}
		if use.Boot != nil && use.Boot.Mean != nil {
			m.Boot = *use.Boot.Mean
		}
		if use.Price != nil {
			m.Price = *use.Price
		}
		if use.Network != nil {
			m.Network = *use.Network
		}
		if use.MIG && !m.MIG {
			b.report(fmt.Sprintf("fleet[%d].mig", i), fmt.Sprintf("the GPUs of %s cannot be cut into slices", m.Name))
			continue
		}
		m.MIG = use.MIG
		kind := fleet.CPU
		if m.GPUs > 0 {
			kind = b.kind(m.GPU)
		}
		b.rented = append(b.rented, m)
		made := fleet.MachineType{
			Name: m.Name, Cores: m.Cores, Memory: int64(m.Memory), GPU: kind, GPUs: m.GPUs, GPUMemory: int64(m.GPUMemory), Sliced: m.MIG,
			Price: float64(m.Price), Boot: time.Duration(m.Boot), Max: use.Max, IdleWatts: float64(m.IdleWatts), PeakWatts: float64(m.PeakWatts),
			LoadBandwidth: float64(m.LoadBandwidth), Network: float64(m.Network),
		}
		if use.Boot != nil {
			made.BootDistribution = use.Boot.Variation()
		}
		use.dynamics(&made)
		b.catalog.Types = append(b.catalog.Types, made)
	}
}

// kind returns the index of a device kind, new or known.
func (b *builder) kind(name string) fleet.KindID {
	at := slices.Index(b.catalog.Kinds, name)
	if at < 0 {
		at = len(b.catalog.Kinds)
		b.catalog.Kinds = append(b.catalog.Kinds, name)
	}
	return fleet.KindID(at)
}

// classes makes the models that the workload asks for, in the order in which it names them.
func (b *builder) classes() map[string]fleet.ModelID {
	ids := map[string]fleet.ModelID{}
	for i := range b.scenario.Workload {
		var aimless []string // models
		for _, p := range b.portions(i) {
			path := fmt.Sprintf("workload[%d].%s", i, p.path)
			model, err := builtin.FindModel(b.models, p.model)
			if err != nil {
				if p.model != "" && !b.findings.unnamed("models") {
					b.report(path, err.Error())
				}
				for at := range b.scenario.Workload[i].Pipeline { // which may lead back to this one
					b.findings.forget(fmt.Sprintf("workload[%d].pipeline[%d].again.from", i, at))
				}
				continue
			}
			if p.slo == nil {
				if !slices.Contains(aimless, p.model) {
					aimless = append(aimless, p.model)
				}
				continue
			}
			id, known := ids[p.model]
			if known {
				if first := b.demand[id].stream; !b.findings.touched(first) && !b.findings.touched(i) {
					b.agree(id, p.stream, p.slo, path)
					b.agreeVariants(&b.demand[id], p.stream, fmt.Sprintf("workload[%d]%s", i, p.inside))
				}
			} else {
				id = fleet.ModelID(len(b.catalog.Models))
				ids[p.model] = id
				b.class(i, p, model)
			}
			if p.stream.InFlight > 0 {
				b.catalog.Models[id].Capped = true
			}
		}
		if len(aimless) > 0 {
			b.report(fmt.Sprintf("workload[%d].slo", i), fmt.Sprintf("no objective for %s; give the stream an slo", strings.Join(aimless, ", ")))
		}
	}
	return ids
}

// class adds a model.
func (b *builder) class(stream int, p portion, model builtin.Model) {
	s, slo := p.stream, p.slo
	limit := -1
	if s.QueueLimit != nil {
		limit = *s.QueueLimit
	}
	b.catalog.Models = append(b.catalog.Models, fleet.Model{
		Name: model.Name, Target: time.Duration(slo.Latency), FirstToken: time.Duration(slo.FirstToken), PerToken: time.Duration(slo.PerToken),
		Percentile: slo.Percentile, QueueLimit: limit, Timeout: time.Duration(s.Timeout),
	})
	b.demand = append(b.demand, demand{model: model, variants: b.allowed(fmt.Sprintf("workload[%d]%s", stream, p.inside), s, model), stream: stream})
	if s.Disaggregated {
		b.disaggregate(stream)
	}
}

// agree reports two streams that ask different things of one model: its queue and objective are one.
func (b *builder) agree(id fleet.ModelID, s *Stream, slo *SLO, path string) {
	m := &b.catalog.Models[id]
	limit := -1
	if s.QueueLimit != nil {
		limit = *s.QueueLimit
	}
	other := m.Target != time.Duration(slo.Latency) || m.FirstToken != time.Duration(slo.FirstToken) || m.PerToken != time.Duration(slo.PerToken)
	if other || m.Percentile != slo.Percentile || m.QueueLimit != limit || m.Timeout != time.Duration(s.Timeout) {
		b.report(path, fmt.Sprintf("an earlier stream gives %s another slo, queue-limit or timeout; a model has one of each", m.Name))
	}
	if s.Disaggregated != (m.Decoder > 0) {
		b.report(path, fmt.Sprintf("%s is disaggregated in one stream and not in another; its replicas are the same", m.Name))
	}
}

// agreeVariants reports a later stream that allows a model other variants than the first that names
// it.
func (b *builder) agreeVariants(d *demand, s *Stream, path string) {
	if len(s.Variants) == 0 && s.MinAccuracy == 0 {
		return
	}
	before := len(b.findings.all)
	list := b.allowed(path, s, d.model)
	same := slices.EqualFunc(list, d.variants, func(v, w builtin.Variant) bool { return v.Name == w.Name })
	if len(b.findings.all) == before && !same {
		b.report(path, fmt.Sprintf("an earlier stream allows %s other variants; a model has the same everywhere", d.model.Name))
	}
}

// allowed returns the variants that a stream lets a model use.
func (b *builder) allowed(path string, s *Stream, model builtin.Model) []builtin.Variant {
	var list []builtin.Variant
	known := true
	for i, name := range s.Variants {
		if _, err := builtin.FindVariant(model, name); err != nil && s.Split == nil {
			b.report(fmt.Sprintf("%s.variants[%d]", path, i), err.Error())
			known = false
		}
	}
	for _, v := range model.Variants {
		if (len(s.Variants) == 0 || slices.Contains(s.Variants, v.Name)) && v.Accuracy >= s.MinAccuracy {
			list = append(list, v)
		}
	}
	if len(list) == 0 && known && !b.findings.settled.Touch("models") {
		b.report(path, fmt.Sprintf("no variant of %s is allowed by variants and min-accuracy", model.Name))
	}
	return list
}

// portion is one model of a stream.
type portion struct {
	model, path string
	slo         *SLO
	stream      *Stream
	inside      string // path within the stream of what is said of the variants
}

func (b *builder) portions(i int) []portion {
	s := &b.scenario.Workload[i]
	var list []portion
	if s.Pipeline != nil {
		budgets := b.budgets(i)
		for at := range s.Pipeline {
			stage := &s.Pipeline[at]
			for j, one := range stage.Branches() {
				asked, slo := s.asked(one, budgets[at])
				inside := stage.Path(at, j)
				list = append(list, portion{one.Model, inside, slo, asked, "." + inside})
			}
		}
		return list
	}
	if s.Split == nil {
		return []portion{{s.Model, "model", s.SLO, s, ""}}
	}
	for i, m := range s.Split.Models {
		slo := m.SLO
		if slo == nil {
			slo = s.SLO
		}
		list = append(list, portion{m.Model, fmt.Sprintf("split.models[%d].model", i), slo, s, ""})
	}
	return list
}
