package fit

import (
	"math"
	"slices"

	"wavetank/scenarios/calibrate/replay"
	"wavetank/sim/profile"
)

// Physics holds times of parts of a step, and their ratios, that follow from the shape of the
// network and from the GPU. A fit ties to them what the measurements do not tell.
type Physics struct {
	// PairPerToken is the time of a pair of a prefill token and a token that it attends to,
	// relative to the time of a prefill token.
	PairPerToken float64
	// CachePerStep is the time to read a token of the KV cache, relative to the time to read all
	// weights.
	CachePerStep float64
	// RidgeTokens is the number of tokens that take as long to compute as all weights to read.
	RidgeTokens float64
	// Spread is how far true ratios may be from these: the standard deviation, relative to the
	// ratio.
	Spread float64
	// Token, Pair, Cache and Weights are times in seconds: of a prefill token, of a pair of a
	// prefill token and a token that it attends to, to read a token of the KV cache, and to read
	// the weights that one token uses. They take precedence over the ratios. 0: the GPU is not
	// known.
	Token, Pair, Cache, Weights float64
	// Experts are those of a mixture, with the time to read one. The time is 0 if the network is
	// dense or the GPU is not known.
	Experts profile.Mixture
}

// usualPhysics are the ratios of a network whose shape is not known. They are those of common dense
// networks with grouped queries. Ratios of networks differ by factors, so the spread is large.
var usualPhysics = Physics{PairPerToken: 4e-5, CachePerStep: 2.5e-6, RidgeTokens: 200, Spread: 2}

// RatiosOf returns the ratios of a roofline of the network and a usual GPU.
func RatiosOf(roofline profile.StepTime) Physics {
	compute, memory := roofline.Compute.Coefficients(), roofline.Memory.Coefficients()
	return Physics{
		PairPerToken: compute.Attention / compute.Prefill, CachePerStep: memory.Context / memory.Constant, RidgeTokens: memory.Constant / compute.Prefill,
		Spread: 1,
	}
}

// PhysicsOf returns the ratios and the times of a roofline of the network and the GPU. The network
// has these experts.
func PhysicsOf(roofline profile.StepTime, experts profile.Mixture) Physics {
	p := RatiosOf(roofline)
	p.Experts = experts
	compute, memory, overhead := roofline.Compute.Coefficients(), roofline.Memory.Coefficients(), roofline.Overhead.Coefficients()
	p.Token, p.Pair, p.Cache = compute.Prefill+overhead.Prefill, compute.Attention, memory.Context
	p.Weights = memory.Constant - p.expert()*float64(experts.Count-experts.Active)
	return p
}

// expert returns the time to read an expert, in seconds.
func (p Physics) expert() float64 { return float64(p.Experts.Each) / (1e9 * profile.Grains) }

// belief says that a sum of values, each times a factor, is about right, within a standard
// deviation of 1. Factors and right are divided by the deviation.
type belief struct {
	factors []float64
	right   float64
}

// deviation returns by how many standard deviations values are off.
func (b belief) deviation(values []float64) float64 {
	off := -b.right
	for i, v := range b.factors {
		off += v * values[i]
	}
	return off
}

// at returns the place of a parameter, or −1 if the shape does not have it.
func (f *fitter) at(name string) int {
	return slices.IndexFunc(f.shape.Parameters, func(p Parameter) bool { return p.Name == name })
}

// about returns the belief that the sum of the named values is right, with a standard deviation. It
// leaves out names that the shape does not have. There is none if the shape has none of them.
func (f *fitter) about(right, deviation float64, names ...string) []belief {
	b := belief{factors: make([]float64, len(f.shape.Parameters)), right: right / deviation}
	known := false
	for _, name := range names {
		if i := f.at(name); i >= 0 {
			b.factors[i], known = 1/deviation, true
		}
	}
	if !known || !(deviation > 0) {
		return nil
	}
	return []belief{b}
}

// tie is the belief that a named value is a multiple of the sum of others, with a standard
// deviation. There is none if the shape does not have the value.
func (f *fitter) tie(name string, multiple, deviation float64, others ...string) []belief {
	b := belief{factors: make([]float64, len(f.shape.Parameters))}
	i := f.at(name)
	if i < 0 || !(deviation > 0) {
		return nil
	}
	b.factors[i] = 1 / deviation
	for _, other := range others {
		if k := f.at(other); k >= 0 {
			b.factors[k] -= multiple / deviation
		}
	}
	return []belief{b}
}

// beliefs returns what is believed about the values before anything is measured. Only the physical
// shape has beliefs:
//   - The shortest step, which reads the weights and has a constant overhead, takes the time per
//     token that the quickest point would have with one sequence (loneTime), within a half.
//   - The constant overhead (launches, scheduling, sampling) takes a tenth of that step.
//   - A further sequence takes 0.8 % of it, and about as much is usual for measured engines.
//   - With points of clients, a request can be scheduled after 50 ms, within 300 ms.
//   - Other times are those of Physics. Without the GPU, they are tied to the time to read the
//     weights by its ratios.
//
// The deviations of the times of Physics are those of the shipped models of kernel tables, relative
// to rooflines: a prefill token takes 0.65 to 1.7 times as long in most of them, a pair 0.5 to 1.8
// times, and a token in the cache 0.8 to 1.4 times.
//
// If the fit starts from a step-time model, its coefficients are believed within a half instead.
func (f *fitter) beliefs(values []float64) (list []belief) {
	if f.shape.Name != physical {
		return nil
	}
	p := f.usual()
	if f.given != (profile.Vector{}) {
		return f.givenBeliefs(p)
	}
	const least = 0.1 // a deviation is at least that of this part of the quickest step or token
	valueOf := func(name string) float64 {
		if i := f.at(name); i >= 0 {
			return values[i]
		}
		return 0
	}
	step := max(least*f.lone, valueOf("memory.constant")+valueOf("overhead.constant"))
	shortest := f.about(f.lone, 0.5*f.lone, "memory.constant", "overhead.constant")
	if i := f.at(eachExpert); i >= 0 {
		shortest[0].factors[i] = float64(p.Experts.Active) / (0.5 * f.lone)
	}
	list = append(list, shortest...)
	if slices.ContainsFunc(f.list, isClosedPoint) {
		list = append(list, f.about(0.05, 0.3, "before")...)
	}
	list = append(list, f.tie("overhead.constant", 0.1, 0.15*step, "memory.constant", "overhead.constant")...)
	list = append(list, f.tie("overhead.sequence", sequencePerStep, sequencePerStep*step, "memory.constant", "overhead.constant")...)
	if p.Token > 0 {
		list = append(list, f.about(p.Token, 0.4*p.Token, "compute.prefill")...)
		list = append(list, f.about(p.Cache, 0.3*p.Cache, "overhead.context")...)
		list = append(list, f.about(p.expert(), 0.5*p.expert(), eachExpert)...)
		return append(list, f.about(p.Pair, 0.5*p.Pair, "overhead.attention")...)
	}
	token := max(least*f.lone/p.RidgeTokens, valueOf("compute.prefill"))
	list = append(list, f.tie("compute.prefill", 1/p.RidgeTokens, p.Spread*step/p.RidgeTokens, "memory.constant")...)
	list = append(list, f.tie("overhead.context", p.CachePerStep, p.Spread*p.CachePerStep*step, "memory.constant")...)
	return append(list, f.tie("overhead.attention", p.PairPerToken, min(1, p.Spread)*p.PairPerToken*token, "compute.prefill")...)
}

// sequencePerStep is the usual time of a further sequence, relative to the shortest step.
const sequencePerStep = 0.008

// loneTime returns the time per token, in seconds, that a point with clients would have if it had
// one sequence. Of all points it is that of which most is left, relative to the measured time. For
// other measurements it is the shortest measured time per token.
func (f *fitter) loneTime() float64 {
	lone, most := f.quickest, 0.0
	for i := range f.list {
		e := &f.list[i]
		if !isClosedPoint(*e) {
			continue
		}
		for _, r := range e.Rows {
			if out := e.MeanOutput(r); out > 1 && !r.HeldOut {
				one := f.usual().loneTime(r.TPOT(out), float64(e.Demand.Cap), e.MeanInput(r), out, len(e.Demand.Requests) > e.Demand.Cap)
				if left := one / r.TPOT(out); left > most {
					lone, most = one, left
				}
			}
		}
	}
	return min(lone, f.quickest)
}

// loneTime returns the time per token that clients with these lengths would have if there were one.
// From the measured one it takes the usual shares of further sequences, of their contexts, of
// prompts that are computed meanwhile (if others follow) and of experts. With the GPU these are
// times, and the result is at least the time to read the weights at the peak of the data sheet.
func (p Physics) loneTime(measured, clients, input, output float64, others bool) float64 {
	prompts, further := 0.0, sequencePerStep*(clients-1)
	if others {
		prompts = input / output
	}
	if p.Token > 0 {
		peak := usualMemoryEfficiency * p.Weights
		read := p.expert() * (p.Experts.Activated(clients) - p.Experts.Activated(1))
		return max(peak, (measured-read-clients*(prompts*p.Token+(input+output/2)*p.Cache))/(1+further))
	}
	return measured / (1 + further + clients*(p.CachePerStep*(input+output/2)+prompts/p.RidgeTokens))
}

// usualMemoryEfficiency is the usual part of the peak of the data sheet that a roofline takes for
// the bandwidth of the memory.
const usualMemoryEfficiency = 0.8

// usual returns what is known of the network and the GPU, or else usual ratios.
func (f *fitter) usual() Physics {
	if f.Physics == (Physics{}) {
		return usualPhysics
	}
	return f.Physics
}

// givenBeliefs returns the beliefs of a fit that starts from a step-time model: its coefficients
// within a half. Coefficients that it does not have are 0, within what is usual.
func (f *fitter) givenBeliefs(p Physics) (list []belief) {
	step, token := f.quickest, f.quickest/p.RidgeTokens
	const within = 0.5 // relative standard deviation
	for _, q := range f.shape.Parameters {
		if q.overhead() < 0 && f.given[q.Of[0]] > 0 {
			list = append(list, f.about(f.given[q.Of[0]], within*f.given[q.Of[0]], q.Name)...)
		}
	}
	for _, one := range []struct {
		name  string
		usual float64
	}{
		{"overhead.constant", 0.15 * step}, {"compute.prefill", p.Spread * token}, {"overhead.sequence", 0.008 * step},
		{"overhead.context", p.Spread * p.CachePerStep * step}, {"overhead.attention", p.PairPerToken * token},
	} {
		if !(f.given[profile.CoefficientIndex(one.name)] > 0) {
			list = append(list, f.about(0, one.usual, one.name)...)
		}
	}
	return list
}

// doubt returns the factor by which beliefs that do not hold make the misfit larger. With it, the
// best values are the most likely ones if the errors of the measurements are normal, and their size
// is not known.
func (f *fitter) doubt(values []float64) float64 {
	sum := 0.0
	for _, b := range f.beliefs(values) {
		d := b.deviation(values)
		sum += d * d
	}
	return math.Exp(sum / (2 * f.independent()))
}

// independent estimates how many independent measurements there are, at least 2. Requests that run
// at the same time wait for the same steps, so they count as one.
func (f *fitter) independent() float64 {
	if f.independentCount > 0 {
		return f.independentCount
	}
	for i := range f.list {
		n, busy, first, last := 0.0, 0.0, math.Inf(1), 0.0
		e := &f.list[i]
		for _, r := range e.Rows {
			if r.HeldOut {
				continue
			}
			n += 2
			if r.To-r.From == 1 {
				sent := e.Demand.Requests[r.From].Arrival
				busy += r.E2E
				first, last = min(first, sent), max(last, sent+r.E2E)
			}
		}
		switch {
		case busy > 0 && e.Demand.Cap > 0:
			n /= math.Sqrt(float64(e.Demand.Cap))
		case last > first:
			n /= math.Sqrt(max(1, busy/(last-first)))
		}
		f.independentCount += n
	}
	f.independentCount = max(2, f.independentCount)
	return f.independentCount
}

// withBeliefs adds an equation for each belief. spread is the standard deviation of the residuals
// of the measurements: the better these agree with the model, the less a belief weighs.
func (f *fitter) withBeliefs(rows [][]float64, right []float64, values []float64, spread float64) ([][]float64, []float64) {
	weight := spread * math.Sqrt(float64(f.rowCount)/f.independent())
	for _, b := range f.beliefs(values) {
		row := slices.Clone(b.factors)
		for i := range row {
			row[i] *= weight
		}
		rows, right = append(rows, row), append(right, b.right*weight)
	}
	return rows, right
}

// spreadOf estimates the standard deviation of the residuals of the equations of rows, from the
// median of their absolute values and, for points, from what is usual.
func (f *fitter) spreadOf(rows [][]float64, right, values []float64) float64 {
	off := residuals(rows[:f.rowCount], right[:f.rowCount], values)
	if len(off) == 0 {
		return 0
	}
	slices.Sort(off)
	spread, usual, n := min(usualSpread, 1.4826*off[len(off)/2]), f.usualMeans(), f.independent()
	return math.Sqrt((usual*usualSpread*usualSpread + n*spread*spread) / (usual + n))
}

// usualSpread is the usual standard deviation of the difference of a measured mean of a point from
// the model.
const usualSpread = 0.05

// usualMeans returns how many means with the usual spread count beside the measurements: for points
// with clients, as many as there are fewer measured means than parameters. A model agrees with
// fewer means by chance, so the differences do not tell how well the means are known. For other
// measurements it is 0.
func (f *fitter) usualMeans() float64 {
	if !slices.ContainsFunc(f.list, isClosedPoint) {
		return 0
	}
	return max(0, float64(len(f.shape.Parameters))-f.independent())
}

// isClosedPoint reports whether a load is a point of a closed loop: means over the requests of a
// number of clients.
func isClosedPoint(e replay.MeasuredLoad) bool {
	return e.Demand.Cap > 0 && e.Rate == 0 && slices.ContainsFunc(e.Rows, func(r replay.MeasuredRow) bool { return r.To-r.From > 1 })
}
