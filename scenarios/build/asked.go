package build

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// asked holds the models that the streams of a workload ask for, and the demand for each of them.
type asked struct {
	models []fleet.Model            // in the order in which the streams name them
	demand []demand                 // indexed by model
	ids    map[string]fleet.ModelID // keys are names
}

// demand holds what the streams ask of one model.
type demand struct {
	model    builtin.Model
	variants []builtin.Variant // allowed variants
	stream   int               // the first stream that names the model
	role     capacity.Role     // part of a request that its replicas compute
}

// inTokens reports whether LLM engines serve the model on every device.
func (d *demand) inTokens() bool {
	for _, v := range d.variants {
		if len(v.Devices) == 0 || slices.ContainsFunc(v.Devices, func(p builtin.Profile) bool { return p.Tokens == nil }) {
			return false
		}
	}
	return true
}

// askedModels returns the models of all portions. It reports models that are unknown, have no
// objective, or are asked for with contradictory settings.
func askedModels(s *file.Scenario, portions [][]portion, known []builtin.Model, found *findings) asked {
	a := asked{ids: map[string]fleet.ModelID{}}
	for i := range s.Workload {
		var aimless []string // models without an objective
		for _, p := range portions[i] {
			model, err := builtin.FindModel(known, p.model)
			switch {
			case err != nil:
				reportUnknownModel(s, i, p, err, found)
			case p.slo == nil:
				if !slices.Contains(aimless, p.model) {
					aimless = append(aimless, p.model)
				}
			default:
				a.ask(s, i, p, model, found)
			}
		}
		if len(aimless) > 0 {
			found.report(fmt.Sprintf("workload[%d].slo", i),
				fmt.Sprintf("no objective for %s; give the stream an slo", strings.Join(aimless, ", ")))
		}
	}
	return a
}

// reportUnknownModel reports a portion whose model is unknown.
func reportUnknownModel(s *file.Scenario, stream int, p portion, err error, found *findings) {
	if p.model != "" && !found.unnamed("models") {
		found.report(fmt.Sprintf("workload[%d].%s", stream, p.path), err.Error())
	}
	for at := range s.Workload[stream].Pipeline { // the model that a feedback names may exist
		found.forget(fmt.Sprintf("workload[%d].pipeline[%d].feedback.from", stream, at))
	}
}

// ask adds the demand of a stream for a model.
func (a *asked) ask(s *file.Scenario, stream int, p portion, model builtin.Model, found *findings) {
	id, known := a.ids[p.model]
	switch {
	case !known:
		id = fleet.ModelID(len(a.models))
		a.ids[p.model] = id
		a.add(s, stream, p, model, found)
	case !found.touched(a.demand[id].stream) && !found.touched(stream):
		a.checkAgreement(s, stream, p, id, found)
		a.checkVariants(stream, p, id, found)
	}
	if d := &a.demand[id]; p.varies(&s.Workload[stream]) && !d.inTokens() {
		a.models[id].Varied = true
	}
	if s.Workload[stream].InFlight > 0 {
		a.models[id].Capped = true
	}
}

// add adds a model with the settings of the first stream that names it.
func (a *asked) add(s *file.Scenario, stream int, p portion, model builtin.Model, found *findings) {
	a.models = append(a.models, modelOf(&s.Workload[stream], p.slo, model.Name))
	a.demand = append(a.demand, demand{
		model: model, stream: stream, variants: allowedVariants(stream, p, model, found),
	})
	if s.Workload[stream].Disaggregated {
		a.disaggregate(stream, found)
	}
}

// modelOf returns a model with the settings of a stream.
func modelOf(s *file.Stream, slo *file.SLO, name string) fleet.Model {
	m := fleet.Model{
		Name: name, Target: time.Duration(slo.Latency), FirstToken: time.Duration(slo.FirstToken), PerToken: time.Duration(slo.PerToken),
		Percentile: slo.Percentile, Accuracy: slo.Accuracy, QueueLimit: -1, Timeout: time.Duration(s.Timeout), Combine: combineOf(s.Combine),
	}
	if s.QueueLimit != nil {
		m.QueueLimit = *s.QueueLimit
	}
	return m
}

// combineOf returns how a batch combines the unequal works of its requests.
func combineOf(how file.Combine) fleet.Combine {
	switch how {
	case "max":
		return fleet.CombineMax
	case "sum":
		return fleet.CombineSum
	}
	return fleet.CombineMean
}

// varies reports whether requests of the portion may carry more or less than one item.
func (p *portion) varies(s *file.Stream) bool {
	if t, ok := s.Arrivals.Trace().(interface{ HasItems() bool }); ok && t.HasItems() {
		return true
	}
	return p.work != 1 || p.items != nil && (p.items.Drawn != nil || p.items.Number != 1)
}

// disaggregate splits the last model in two: from now on its replicas compute prompts, and the
// replicas of a new model decode.
func (a *asked) disaggregate(stream int, found *findings) {
	id := len(a.models) - 1
	d, m := &a.demand[id], &a.models[id]
	path := fmt.Sprintf("workload[%d].disaggregated", stream)
	switch {
	case !d.inTokens():
		found.report(path, fmt.Sprintf("%s answers in batches; only an LLM has prompts and answers", m.Name))
		return
	case len(d.variants) > 1:
		found.report(path, fmt.Sprintf("%s may be answered by %d variants, and none can use the KV cache of another; choose one under variants", m.Name, len(d.variants)))
		return
	}
	decoder, decodes := *m, *d
	m.Decoder, d.role = fleet.ModelID(id+1), capacity.Prefill
	decoder.Name, decoder.QueueLimit, decoder.Timeout = m.Name+capacity.Decode.String(), -1, 0
	decodes.role = capacity.Decode
	a.models = append(a.models, decoder)
	a.demand = append(a.demand, decodes)
}

// checkAgreement reports a stream that gives a model another queue limit, timeout, objective or
// way to combine works than an earlier stream. A model has one of each.
func (a *asked) checkAgreement(s *file.Scenario, stream int, p portion, id fleet.ModelID, found *findings) {
	w, m := &s.Workload[stream], &a.models[id]
	path, wanted := fmt.Sprintf("workload[%d].%s", stream, p.path), modelOf(w, p.slo, m.Name)
	if wanted.Target != m.Target || wanted.FirstToken != m.FirstToken || wanted.PerToken != m.PerToken ||
		wanted.Percentile != m.Percentile || wanted.Accuracy != m.Accuracy || wanted.QueueLimit != m.QueueLimit || wanted.Timeout != m.Timeout || wanted.Combine != m.Combine {
		found.report(path, fmt.Sprintf("an earlier stream gives %s another slo, queue-limit, timeout or combine; a model has one of each", m.Name))
	}
	if w.Disaggregated != (m.Decoder > 0) {
		found.report(path, fmt.Sprintf("%s is disaggregated in one stream and not in another; all streams of a model use the same replicas", m.Name))
	}
}

// checkVariants reports a stream that allows other variants of a model than the first stream that
// names the model.
func (a *asked) checkVariants(stream int, p portion, id fleet.ModelID, found *findings) {
	if len(p.variants) == 0 && p.minAccuracy == 0 && p.gpus == 0 {
		return
	}
	before, d := len(found.all), &a.demand[id]
	list := allowedVariants(stream, p, d.model, found)
	same := slices.EqualFunc(list, d.variants, func(v, w builtin.Variant) bool {
		return v.Name == w.Name && len(v.Devices) == len(w.Devices)
	})
	if len(found.all) == before && !same {
		found.report(fmt.Sprintf("workload[%d]%s", stream, p.within),
			fmt.Sprintf("an earlier stream allows %s other variants; a model has the same everywhere", d.model.Name))
	}
}

// allowedVariants returns the variants of a model that a portion allows. It reports unknown
// variants, and a portion that allows none.
func allowedVariants(stream int, p portion, model builtin.Model, found *findings) []builtin.Variant {
	var list []builtin.Variant
	known, path := true, fmt.Sprintf("workload[%d]%s", stream, p.within)
	for i, name := range p.variants {
		if _, err := builtin.FindVariant(model, name); err != nil && !p.split {
			found.report(fmt.Sprintf("%s.variants[%d]", path, i), err.Error())
			known = false
		}
	}
	for _, v := range model.Variants {
		if (len(p.variants) == 0 || slices.Contains(p.variants, v.Name)) && v.Accuracy >= p.minAccuracy {
			list = append(list, v)
		}
	}
	if len(list) == 0 && known && !found.settled.Touch("models") {
		found.report(path, fmt.Sprintf("no variant of %s is allowed by variants and min-accuracy", model.Name))
	}
	if p.gpus > 0 && len(list) > 0 {
		return withGPUs(stream, p.gpus, model.Name, list, found)
	}
	return list
}

// withGPUs returns variants with only those devices of which a replica takes a number of GPUs. It
// reports a number that no replica takes.
func withGPUs(stream, gpus int, model string, all []builtin.Variant, found *findings) (list []builtin.Variant) {
	var known []int
	for _, v := range all {
		own := v
		own.Devices = nil
		for _, p := range v.Devices {
			n := max(1, p.GPUs)
			if p.Device == builtin.CPU {
				continue
			}
			known = append(known, n)
			if n == gpus {
				own.Devices = append(own.Devices, p)
			}
		}
		if len(own.Devices) > 0 {
			list = append(list, own)
		}
	}
	if len(list) == 0 {
		slices.Sort(known)
		text := strings.Trim(fmt.Sprint(slices.Compact(known)), "[]")
		found.report(fmt.Sprintf("workload[%d].tensor-parallel-size", stream), fmt.Sprintf("no replica of %s takes %d GPUs; those of its devices take %s", model, gpus, cmp.Or(strings.ReplaceAll(text, " ", " or "), "none")))
	}
	return list
}
