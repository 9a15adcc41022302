package build

import (
	"fmt"
	"slices"
	"time"

	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/sim/kernel"
	"wavetank/sim/quantity"
	"wavetank/sim/spelling"
)

// portion holds what a stream asks of one of its models.
type portion struct {
	model       string
	slo         *file.SLO // objective of the model; nil if none is given
	path        string    // path of the model's name within the stream
	within      string    // path of variants and min-accuracy within the stream, without these keys
	variants    []string
	minAccuracy float64
	gpus        int  // only replicas with this number of GPUs; 0: any
	split       bool // the stream has several models: each variant need only belong to one model

	items   *file.ItemCounts // items of its requests; nil: one, or as in the trace
	work    float64          // factor on the items
	service *file.Service
	share   float64 // mean number of its requests for each request of the stream
}

// portions returns the portions of each stream. The portions of a pipeline come stage by stage.
func portions(f *file.Loaded, models []builtin.Model, r *rented, found *findings) [][]portion {
	s := &f.Scenario
	list := make([][]portion, len(s.Workload))
	for i := range s.Workload {
		stream := &s.Workload[i]
		switch {
		case stream.Pipeline != nil:
			list[i] = stagePortions(stream, stageBudgets(f, i, models, r, found))
		case stream.Split != nil:
			list[i] = splitPortions(stream)
		default:
			list[i] = []portion{{
				model: stream.Model, slo: stream.SLO, path: "model", variants: stream.Variants, minAccuracy: stream.MinAccuracy, gpus: stream.TensorGPUs,
				items: stream.Items, work: float64(stream.Work), service: &stream.Service, share: 1,
			}}
		}
		if stream.Split != nil {
			checkSplitVariants(stream.Variants, i, list[i], models, found)
		}
	}
	return list
}

// splitPortions returns the portions of a stream that is split over models.
func splitPortions(s *file.Stream) (list []portion) {
	shares := s.Split.Shares()
	for i, m := range s.Split.Models {
		slo := m.SLO
		if slo == nil {
			slo = s.SLO
		}
		list = append(list, portion{
			model: m.Model, slo: slo, path: fmt.Sprintf("split.models[%d].model", i), variants: s.Variants, minAccuracy: s.MinAccuracy, gpus: s.TensorGPUs, split: true,
			items: s.Items, work: float64(s.Work), service: &s.Service, share: shares[i],
		})
	}
	return list
}

// stagePortions returns the portions of a pipeline. The objective of a model is the budget of its
// stage.
func stagePortions(s *file.Stream, budgets []quantity.Duration) (list []portion) {
	visits, reach := s.Visits(), 1.0
	for at := range s.Pipeline {
		stage := &s.Pipeline[at]
		for j, use := range stage.Branches() {
			path := stage.Path(at, j)
			p := portion{
				model: use.Model, path: path, within: "." + path, variants: use.Variants, minAccuracy: use.MinAccuracy, split: s.Split != nil,
				share: reach * visits[at],
			}
			p.items, p.work, p.service = demandOf(s, &use)
			if s.SLO != nil {
				p.slo = &file.SLO{Latency: budgets[at], Percentile: s.SLO.Percentile}
			}
			list = append(list, p)
		}
		if stage.Continue != nil {
			reach *= float64(*stage.Continue) / 100
		}
	}
	return list
}

// demandOf returns the items of a branch, the factor on them, and the service: those of the branch,
// or else of the stream.
func demandOf(s *file.Stream, use *file.ModelUse) (items *file.ItemCounts, work float64, service *file.Service) {
	items, work, service = s.Items, float64(s.Work), &s.Service
	if use.Items != nil {
		items = use.Items
	}
	if use.Work != nil {
		work = float64(*use.Work)
	}
	if use.Service != nil {
		service = use.Service
	}
	return items, work, service
}

// checkSplitVariants reports variants of a split stream that none of its models has.
func checkSplitVariants(variants []string, stream int, over []portion, models []builtin.Model, found *findings) {
	var known []string
	for _, p := range over {
		if model, err := builtin.FindModel(models, p.model); err == nil {
			for _, v := range model.Variants {
				known = append(known, v.Name)
			}
		}
	}
	for j, name := range variants {
		if !slices.Contains(known, name) {
			found.report(fmt.Sprintf("workload[%d].variants[%d]", stream, j),
				fmt.Sprintf("no model of the split has the variant %q%s", name, spelling.Suggest(name, known)))
		}
	}
}

// stageBudgets divides the objective of a pipeline among its stages. It returns the time budget of
// one visit for each stage:
//   - A stage with a budget gets its budget.
//   - The other stages share the rest, in proportion to the time of their slowest branch. This is
//     the time of a single request of mean size on the fastest machine that can run the branch.
//   - A stage counts as many times as a request passes it on average.
func stageBudgets(f *file.Loaded, stream int, models []builtin.Model, r *rented, found *findings) []quantity.Duration {
	w := &f.Scenario.Workload[stream]
	parts := make([]quantity.Duration, len(w.Pipeline))
	if w.SLO == nil {
		return parts
	}
	left, sum, visits := w.SLO.Latency, quantity.Duration(0), w.Visits()
	for stage := range w.Pipeline {
		if budget := w.Pipeline[stage].Budget; budget != nil {
			parts[stage] = *budget
			left -= times(*budget, visits[stage])
			continue
		}
		for _, use := range w.Pipeline[stage].Branches() {
			size := 1.0
			count, work, _ := demandOf(w, &use)
			// If there is an error, type streams reports it.
			if items, err := itemsOf(count, work, f.Open); err == nil {
				size, _ = meanItems(items)
			}
			parts[stage] = max(parts[stage], fastest(use, size, models, r.machines), 1)
		}
		sum += times(parts[stage], visits[stage])
	}
	if left < 0 || left == 0 && sum > 0 {
		if w.SLO.Latency > 0 && found.sound(stream) {
			found.report(fmt.Sprintf("workload[%d].pipeline", stream),
				fmt.Sprintf("the budgets leave %v of the objective of %v", left, w.SLO.Latency))
		}
		return parts
	}
	for stage := range w.Pipeline {
		if w.Pipeline[stage].Budget == nil {
			parts[stage] = quantity.Duration(float64(left) * float64(parts[stage]) / float64(sum))
		}
	}
	return parts
}

// times multiplies the duration of one visit by a number of visits.
func times(span quantity.Duration, visits float64) quantity.Duration {
	if visits == 1 {
		return span
	}
	return quantity.Duration(kernel.Seconds(time.Duration(span).Seconds() * visits))
}

// fastest returns the shortest time of a model for a request with the given number of items on any
// of the machines. It returns 0 if none can run the model.
func fastest(use file.ModelUse, items float64, models []builtin.Model, machines []builtin.Machine) quantity.Duration {
	least := time.Duration(0)
	model, err := builtin.FindModel(models, use.Model)
	if err != nil {
		return 0 // askedModels reports the fault
	}
	for _, v := range model.Variants {
		if len(use.Variants) > 0 && !slices.Contains(use.Variants, v.Name) || v.Accuracy < use.MinAccuracy {
			continue
		}
		for _, machine := range machines {
			for _, p := range v.Devices {
				latency, err := p.Batch()
				if err != nil || !runs(p, machine) {
					continue
				}
				if one := latency.LatencyOf(items); least == 0 || one < least {
					least = one
				}
			}
		}
	}
	return quantity.Duration(least)
}
