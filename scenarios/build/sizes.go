package build

import (
	"math"
	"slices"
	"time"

	"wavetank/policies/capacity"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

// sizer finds the sizes of the requests of a model that plans assume.
type sizer struct {
	scenario *file.Scenario
	portions [][]portion
	open     func(name string) table.File
	traces   *traceReader
	found    *findings
}

// part describes the requests that one portion of a stream adds to a model.
type part struct {
	items  workload.Items
	mean   float64 // mean items of a request of a trace; 0: see items
	work   distribution.Service
	weight float64 // expected requests per second
}

// sizes returns the sizes of the requests of a model.
func (b *sizer) sizes(m *fleet.Model) capacity.RequestSizes {
	parts := b.parts(m.Name)
	if len(parts) == 0 {
		return capacity.OneItem
	}
	made := capacity.OneItem
	if m.Varied {
		made = sizesOf(parts)
	}
	if m.Combine == fleet.CombineMax {
		made.Longest = longestOf(parts)
	}
	return made
}

// parts returns the parts of a model in all streams without faults.
func (b *sizer) parts(model string) (list []part) {
	for i, portions := range b.portions {
		if b.found.touched(i) {
			continue
		}
		rate := 0.0
		for _, p := range portions {
			if p.model != model {
				continue
			}
			if rate == 0 {
				rate = b.rate(i)
			}
			one := part{weight: rate * p.share}
			var err error
			if one.items, err = itemsOf(p.items, p.work, b.open); err != nil {
				continue // type streams reports the fault
			}
			if one.work, err = p.service.Distribution(); err != nil {
				continue
			}
			if t := b.scenario.Workload[i].Arrivals.Trace(); t != nil && p.items == nil {
				if sum, err := b.traces.scan(i); err == nil && sum.Items > 0 {
					one.mean = sum.Items * float64(p.work)
				}
			}
			list = append(list, one)
		}
	}
	return list
}

// rate returns roughly how many requests per second a stream has. If senders wait for answers, it
// assumes that each answer takes as long as its objective allows.
func (b *sizer) rate(stream int) float64 {
	s := &b.scenario.Workload[stream]
	rate := 0.0
	switch clients, t := s.Arrivals.Clients(), s.Arrivals.Trace(); {
	case t != nil:
		if sum, err := b.traces.scan(stream); err == nil && sum.Span > 0 {
			rate = float64(sum.Requests) / sum.Span.Seconds() * speedOf(t.Common()) * b.scenario.LoadFactor()
		}
	case clients != nil:
		cycle := time.Duration(clients.ThinkTime.Mean)
		if s.SLO != nil {
			cycle += time.Duration(s.SLO.Latency)
		}
		rate = float64(b.scenario.Senders(clients.Count)) / max(cycle, time.Millisecond).Seconds()
	default:
		if p, err := s.Arrivals.Process(b.scenario.LoadFactor()); err == nil && p != nil {
			rate = expected(p, 0, time.Duration(b.scenario.Duration)) / time.Duration(b.scenario.Duration).Seconds()
		}
		if s.Conversation != nil {
			if turns, err := s.Conversation.Turns.Distribution(b.open); err == nil {
				rate *= mean(turns)
			}
		}
	}
	if !(rate > 0) {
		return 1
	}
	return rate
}

// speedOf returns the factor by which a trace is replayed faster than it was recorded.
func speedOf(t *file.Trace) float64 {
	switch p := t.Scaling().(type) {
	case *file.Superpose:
		return float64(p.Copies)
	case *file.Compress:
		return float64(p.Factor)
	case *file.Thin:
		return p.Keep
	}
	return 1
}

// expected returns the mean number of requests that a process makes between two times of a run.
func expected(p workload.Process, from, until time.Duration) (sum float64) {
	const parts = 2000
	step := float64(until-from) / parts
	for i := range parts {
		sum += p.Rate(kernel.Time(float64(from)+(float64(i)+0.5)*step)) * step / 1e9
	}
	return sum
}

// sizesOf returns the sizes of the requests of all parts.
func sizesOf(parts []part) capacity.RequestSizes {
	s := capacity.RequestSizes{Same: true}
	sum, first := 0.0, 0.0
	for i, p := range parts {
		items, places := p.mean, max(1, p.mean)
		if p.mean == 0 {
			items, places = meanItems(p.items)
		}
		n, same := p.items.Same()
		if n = max(1, math.Ceil(n)); i == 0 {
			first = n
		}
		s.Same = s.Same && same && p.mean == 0 && n == first
		s.Items += p.weight * items
		s.Places += p.weight * places
		sum += p.weight
	}
	s.Items, s.Places = s.Items/sum, s.Places/sum
	if s.Same {
		s.Places = first // sums may have rounding errors
	}
	return s
}

// itemsOf returns the distribution of the items of requests: a count times a factor. Without c the
// count is one.
func itemsOf(c *file.ItemCounts, factor float64, open func(name string) table.File) (items workload.Items, err error) {
	items.Factor = factor
	if c != nil {
		items.Count, err = c.Distribution(open)
	}
	return items, err
}

// meanItems returns the mean items of a request and the mean places that it takes in a batch, as
// averages over evenly spaced quantiles.
func meanItems(i workload.Items) (items, places float64) {
	if n, same := i.Same(); same {
		return n, max(1, math.Ceil(n))
	}
	const points = 1000
	for at := range points {
		n := float64(i.Count.At(quantile(at, points))) * i.Factor
		items += n
		places += max(1, math.Ceil(n))
	}
	return items / points, places / points
}

// longestOf returns a function of a number of requests, which need not be whole. It gives the mean
// of the largest work among that many requests. The largest of n values with the distribution
// function F has the distribution function Fⁿ. F is estimated from a sample. The function is nil if
// all works are equal.
func longestOf(parts []part) func(requests float64) float64 {
	works := worksOf(parts)
	if works == nil {
		return nil
	}
	slices.Sort(works)
	return func(requests float64) float64 {
		if requests == 1 {
			return 1
		}
		largest, below := 0.0, 0.0
		for i, w := range works {
			upTo := math.Pow(float64(i+1)/float64(len(works)), requests)
			largest += w * (upTo - below)
			below = upTo
		}
		return largest
	}
}

// spread estimates the squared coefficient of variation of the works of a model's requests from a
// sample.
func (b *sizer) spread(model string) (variance float64) {
	works := worksOf(b.parts(model))
	for _, w := range works {
		variance += (w - 1) * (w - 1) / float64(len(works))
	}
	return variance
}

// worksOf returns a sample of the works of requests, scaled to a mean of 1. It returns nil if all
// works are equal.
func worksOf(parts []part) []float64 {
	if !slices.ContainsFunc(parts, func(p part) bool { return !distribution.Same(p.work) }) {
		return nil
	}
	total := 0.0
	for _, p := range parts {
		total += p.weight
	}
	const draws = 10_000
	stream, works, sum := kernel.NewStream(0, 0, "planned works", 0), make([]float64, draws), 0.0
	at, up := 0, parts[0].weight
	for i := range works {
		for at+1 < len(parts) && (float64(i)+0.5)/draws*total > up {
			at++
			up += parts[at].weight
		}
		works[i] = parts[at].work.Work(stream)
		sum += works[i]
	}
	for i := range works {
		works[i] *= draws / sum
	}
	return works
}
