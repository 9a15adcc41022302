package validation

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"wavetank/scenarios/theory"
)

// builder makes a queue from the parameters of its family. Its function fills in the queue.
type builder struct {
	family string // name of the family, or its beginning
	build  func(p parameters, q *queue) (arrivals streams, err error)
}

// streams writes the arrivals of each stream. It is called after the unit of time has been chosen.
type streams func() []string

// realize makes the queue of a system, which package theory has solved. The error says why the
// system cannot be simulated.
func realize(family, params string) (queue, error) {
	for _, left := range LeftOut {
		if left.is(family, params) {
			return queue{}, fmt.Errorf("%s", left.Reason)
		}
	}
	for _, b := range builders {
		variant, found := strings.CutPrefix(family, b.family)
		if !found || variant != "" && !strings.HasSuffix(b.family, ":") && !strings.HasSuffix(b.family, "(") {
			continue
		}
		q := single()
		arrivals, err := b.build(parametersOf(variant, params), &q)
		if err != nil {
			return q, err
		}
		q.unit = q.scale()
		q.arrivals = arrivals()
		return q, nil
	}
	return queue{}, fmt.Errorf("no scenario can be made of it")
}

// open makes the arrivals a Poisson stream.
func (q *queue) open(rate float64) streams {
	q.rate = rate
	return func() []string { return []string{q.poisson(rate)} }
}

// builders are the families that are simulated.
var builders = []builder{
	{"M/M/1", func(p parameters, q *queue) (streams, error) {
		q.mean = 1 / p.number("mu")
		return q.open(p.number("lam")), nil
	}},
	{"M/M/c", func(p parameters, q *queue) (streams, error) {
		q.slots, q.mean = p.count("c"), 1/p.number("mu")
		return q.open(p.number("lam")), nil
	}},
	{"M/M/c/K", func(p parameters, q *queue) (streams, error) {
		q.slots, q.mean, q.limit = p.count("c"), 1/p.number("mu"), p.count("K")-p.count("c")
		return q.open(p.number("lam")), nil
	}},
	{"M/G/c/c(ErlangB)", func(p parameters, q *queue) (streams, error) {
		q.slots, q.limit, q.service = p.count("c"), 0, "{gamma: {scv: 2}}"
		return q.open(p.number("a")), nil
	}},
	{"M/M/c+M (Erlang-A)", func(p parameters, q *queue) (streams, error) {
		q.slots, q.mean, q.patience = p.count("c"), 1/p.number("mu"), 1/p.number("theta")
		return q.open(p.number("lam")), nil
	}},
	{"M/G/inf", func(p parameters, q *queue) (streams, error) {
		a := p.number("a")
		q.slots, q.service = plenty(a), "{lognormal: {scv: 1}}"
		return q.open(a), nil
	}},
	{"D/D/1", func(p parameters, q *queue) (streams, error) {
		q.mean, q.service, q.rate = p.number("S"), "deterministic", 1/p.number("T")
		return func() []string { return []string{fmt.Sprintf("{constant: {rate: %s, start: 0s}}", q.per(q.rate))} }, nil
	}},
	{"M/D/1", func(p parameters, q *queue) (streams, error) {
		q.mean, q.service = p.number("D"), "deterministic"
		return q.open(p.number("lam")), nil
	}},
	{"M/G/1:", generalService},
	{"M/M/1-SRPT", ordered("srpt")},
	{"M/M/1-SJF(nonpreemptive)", ordered("sjf")},
	{"M/M/1-LAS/FB", ordered("las")},
	{"M/M/1-PS", ordered("ps")},
	{"M/G/1-PS", func(p parameters, q *queue) (streams, error) {
		q.service = "{hyperexponential: {scv: 4}}"
		return ordered("ps")(p, q)
	}},
	{"M/M/1 breakdowns (time-dependent, preempt-resume)", func(p parameters, q *queue) (streams, error) {
		if p.number("fail") == 0 {
			return nil, errors.New("a server that never fails is that of M/M/1")
		}
		q.order, q.rate, q.uptime = "preemptive-priority", p.number("lam"), 1/p.number("fail")
		q.classes = []float64{1 / p.number("repair"), 1 / p.number("mu")}
		return func() []string { return []string{q.clients(1, q.uptime), q.poisson(q.rate)} }, nil
	}},
	{"M/M/k/setup (off when idle; exp setup, cancellable)", func(p parameters, q *queue) (streams, error) {
		q.replicas, q.router, q.mean, q.setup = p.count("k"), "central-queue", 1/p.number("mu"), 1/p.number("setup_rate")
		return q.open(p.number("lam")), nil
	}},
	{"M/M/1-NPprio", classed("priority")},
	{"M/M/1-PRprio", classed("preemptive-priority")},
	{"M/D^[inf]/1 linear batch s(b)=alpha*b+tau0", func(p parameters, q *queue) (streams, error) {
		alpha, rate := p.number("alpha"), p.number("lam")
		if math.IsNaN(rate) {
			rate = p.number("rho") / alpha
		}
		fixed := p.number("tau0")
		// A batch has about as many customers as arrive during the time of a batch, which is
		// fixed/(1 − ρ).
		q.batch, q.service = &batch{fixed, alpha, max(500, plenty(rate*fixed/(1-rate*alpha)))}, "deterministic"
		return q.open(rate), nil
	}},
	{"M/D^[1,bmax]/1 greedy batch s(b)=alpha*b+tau0", func(p parameters, q *queue) (streams, error) {
		q.batch, q.service = &batch{p.number("tau0"), p.number("alpha"), p.count("bmax")}, "deterministic"
		return q.open(p.number("lam")), nil
	}},
	{"GI/M/1", renewal},
	{"M^X/M/1 fixed batch", func(p parameters, q *queue) (streams, error) {
		q.mean, q.rate = 1/p.number("mu"), p.number("lam")*p.number("X")
		return func() []string {
			return []string{fmt.Sprintf("{bulk: {size: %d, arrivals: %s}}", p.count("X"), q.poisson(p.number("lam")))}
		}, nil
	}},
	{"M^X/M/1 geometric batch", func(p parameters, q *queue) (streams, error) {
		q.mean, q.rate = 1/p.number("mu"), p.number("lam")/p.number("p")
		return func() []string {
			return []string{fmt.Sprintf("{bulk: {mean-size: %v, arrivals: %s}}", 1/p.number("p"), q.poisson(p.number("lam")))}
		}, nil
	}},
	{"MMPP2/M/1", modulated},
	{"JSQ exact (2 servers)", func(p parameters, q *queue) (streams, error) {
		q.replicas, q.mean = 2, 1/p.number("mu")
		return q.open(p.number("lam")), nil
	}},
	{"Supermarket JSQ(d) mean-field (n->inf)", func(p parameters, q *queue) (streams, error) {
		q.replicas, q.mean, q.router = 10, 1/p.number("mu"), "{power-of-two: {choices: 1}}"
		return q.open(10 * p.number("lam")), nil
	}},
	{"Closed M/M/1//N (machine repair, MVA)", func(p parameters, q *queue) (streams, error) {
		n, think := p.count("N"), p.number("Z")
		q.mean = 1 / p.number("mu")
		q.rate = min(1/q.mean, float64(n)/(think+q.mean)) // roughly
		return func() []string { return []string{q.clients(n, think)} }, nil
	}},
	{"Jackson-tandem M/M/1", func(p parameters, q *queue) (streams, error) {
		for part := range strings.SplitSeq(p.values["mus"], "|") {
			mu, err := strconv.ParseFloat(part, 64)
			if err != nil {
				return nil, err
			}
			q.stages = append(q.stages, []station{{1, mu}})
		}
		return q.open(p.number("lam")), nil
	}},
	{"Jackson-feedback(", func(p parameters, q *queue) (streams, error) {
		a, b, back, err := theory.Stations(p.variant)
		q.stages, q.back = [][]station{{{a.Servers, a.Mu}}, {{b.Servers, b.Mu}}}, back
		return q.open(p.number("lam")), err
	}},
	{"Fork-join 2xM/M/1 (Flatto-Hahn)", func(p parameters, q *queue) (streams, error) {
		mu := p.number("mu")
		q.stages = [][]station{{{1, mu}, {1, mu}}}
		return q.open(p.number("lam")), nil
	}},
}

// plenty returns a number that a Poisson draw with this mean practically never exceeds.
func plenty(mean float64) int { return int(200 + mean + 10*math.Sqrt(mean)) }

func ordered(order string) func(parameters, *queue) (streams, error) {
	return func(p parameters, q *queue) (streams, error) {
		q.order = order
		if q.mean = p.number("ES"); math.IsNaN(q.mean) {
			q.mean = 1 / p.number("mu")
		}
		return q.open(p.number("lam")), nil
	}
}

func classed(order string) func(parameters, *queue) (streams, error) {
	return func(p parameters, q *queue) (streams, error) {
		q.order = order
		var rates []float64
		for i := 1; ; i++ {
			rate := p.number(fmt.Sprintf("lam%d", i))
			if math.IsNaN(rate) {
				return func() (list []string) {
					for _, rate := range rates {
						list = append(list, q.poisson(rate))
					}
					return list
				}, nil
			}
			rates = append(rates, rate)
			q.rate += rate
			q.classes = append(q.classes, 1/p.number(fmt.Sprintf("mu%d", i)))
		}
	}
}

func generalService(p parameters, q *queue) (streams, error) {
	mean := 1.0
	if _, given := p.values["mean"]; given {
		mean = p.number("mean")
	}
	distribution, err := theory.ParseDistribution(p.variant, mean)
	if err != nil {
		return nil, err
	}
	q.mean = distribution.Moment(1)
	q.service, err = written(distribution)
	return q.open(p.number("lam")), err
}

func renewal(p parameters, q *queue) (streams, error) {
	q.mean, q.rate = 1/p.number("mu"), p.number("lam")
	distribution, err := theory.ParseDistribution(p.values["arrival"], 1/q.rate)
	if err != nil {
		return nil, err
	}
	form := theory.ParametersOf(distribution)
	switch {
	case len(form.Points) == 1:
		return func() []string { return []string{fmt.Sprintf("{constant: {rate: %s}}", q.per(q.rate))} }, nil
	case form.Kind == "gamma" && math.Abs(form.SCV-1) < 1e-9:
		return q.open(q.rate), nil
	// Gaps with an Erlang distribution become a renewal process, as below.
	case form.Kind == "gamma" && math.Abs(1/form.SCV-math.Round(1/form.SCV)) > 1e-9:
		return func() []string {
			return []string{fmt.Sprintf("{gamma: {rate: %s, cv: %.12g}}", q.per(q.rate), math.Sqrt(form.SCV))}
		}, nil
	}
	gaps, err := written(distribution)
	return func() []string { return []string{fmt.Sprintf("{renewal: {rate: %s, gaps: %s}}", q.per(q.rate), gaps)} }, err
}

func modulated(p parameters, q *queue) (streams, error) {
	high, low, leave, back := p.number("lam1"), p.number("lam2"), p.number("r12"), p.number("r21")
	q.mean, q.rate = 1/p.number("mu"), (high*back+low*leave)/(leave+back)
	return func() []string {
		return []string{fmt.Sprintf("{mmpp: {states: [{rate: %s, mean-sojourn: %s}, {rate: %s, mean-sojourn: %s}]}}", q.per(high), q.span(1/leave), q.per(low), q.span(1/back))}
	}, nil
}

// written writes a distribution, scaled to mean 1, in the form of a scenario.
func written(distribution theory.TimeDistribution) (string, error) {
	switch f := theory.ParametersOf(distribution); {
	case len(f.Points) == 1:
		return "deterministic", nil
	case len(f.Points) == 2 && f.Points[0] > 0 && f.Points[1] > 0:
		return fmt.Sprintf("{bimodal: {share: %v, low: %v, high: %v}}", f.Chances[1], f.Points[0], f.Points[1]), nil
	case f.Kind == "discrete":
		return listed(f.Points, f.Chances)
	case f.Kind == "uniform":
		return fmt.Sprintf("{uniform: {low: %v, high: %v}}", f.Low, f.High), nil
	case f.Kind == "gamma" && math.Abs(f.SCV-1) < 1e-9:
		return "exponential", nil
	default:
		return fmt.Sprintf("{%s: {scv: %.12g}}", f.Kind, f.SCV), nil
	}
}

// mostListed is the largest number of values in the list for a distribution of several points.
const mostListed = 1000

// listed writes a distribution of several points as a list of equally likely values. Each point is
// repeated in proportion to its probability.
func listed(points, chances []float64) (string, error) {
	for n := 1; n <= mostListed; n++ {
		var values []string
		for i, chance := range chances {
			times := math.Round(chance * float64(n))
			if math.Abs(chance*float64(n)-times) > 1e-9*float64(n) {
				break
			}
			for range int(times) {
				values = append(values, strconv.FormatFloat(points[i], 'g', -1, 64))
			}
		}
		if len(values) == n {
			return fmt.Sprintf("{empirical: {values: [%s]}}", strings.Join(values, ", ")), nil
		}
	}
	return "", fmt.Errorf("its chances are not multiples of 1/n for any n up to %d, which an empirical distribution needs", mostListed)
}
