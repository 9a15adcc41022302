package replay

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"wavetank/scenarios/calibrate/measured"
	"wavetank/scenarios/wording"
	"wavetank/sim/tokens"
)

// LoadShape is an assumption on how the requests of points were made. It is used for facts that the
// points do not contain.
type LoadShape struct {
	Spread   float64 // lengths are uniform between 1 − Spread and 1 + Spread times the mean
	Requests int     // for each point; 0: Waves times its clients, or 60 s at its rate
	Waves    int     // requests per client; 0: ten, but at least 40 requests in all
	Random   bool    // requests at a rate come at random instants; false: at equal intervals
	// The engine runs this many sequences fewer than there are clients; 0: its own limit.
	Short int
}

// UsualShapes returns the usual ways in which points are measured:
//   - with clients: equal or different lengths, and one or many requests for each client
//   - at a rate: at equal intervals or at random instants
func UsualShapes(points []measured.LoadPoint) []LoadShape {
	var list []LoadShape
	clients := slices.ContainsFunc(points, func(p measured.LoadPoint) bool { return p.Clients > 0 && p.Requests == 0 })
	rates := slices.ContainsFunc(points, func(p measured.LoadPoint) bool { return p.Clients == 0 && !p.Random })
	for _, l := range []LoadShape{{}, {Spread: 0.2}, {Waves: 1}, {Waves: 1, Spread: 0.2}} {
		if clients || l == (LoadShape{}) {
			list = append(list, l)
		}
	}
	if rates {
		for _, l := range slices.Clone(list) {
			l.Random = true
			list = append(list, l)
		}
	}
	return list
}

// String says in words how requests were made, for points with clients.
func (l LoadShape) String() string {
	count := wording.Counted(int64(l.Requests), "request") + " each"
	switch {
	case l.Requests == 0:
		count = wording.Counted(int64(cmp.Or(l.Waves, 10)), "request") + " per client"
	}
	if l.Short > 0 {
		count += fmt.Sprintf(", and an engine that runs %d fewer at a time than there are clients", l.Short)
	}
	return l.describeLengths() + ", " + count
}

func (l LoadShape) describeLengths() string {
	if l.Spread > 0 {
		return fmt.Sprintf("lengths within ±%.0f %%", 100*l.Spread)
	}
	return "equal lengths"
}

// Describe says in words how the requests of points were made.
func (l LoadShape) Describe(points []measured.LoadPoint) string {
	switch {
	case len(points) > 0 && points[0].Clients > 0:
		return l.String()
	case l.Random:
		return l.describeLengths() + ", at random instants"
	}
	return l.describeLengths() + ", at equal intervals"
}

// requestsOf returns the number of requests of a point.
func (l LoadShape) requestsOf(p *measured.LoadPoint) int {
	n := cmp.Or(p.Requests, l.Requests)
	switch {
	case n > 0:
	case p.Clients == 0:
		n = int(min(60*p.Rate, 1e5)) + 1
	case l.Waves > 0:
		n = min(l.Waves, 1e6) * p.Clients
	default:
		n = max(10*p.Clients, 40)
	}
	return max(n, p.Clients)
}

// sendTimes returns the instants at which n requests are sent, in seconds. With clients all are 0.
// Random instants are independent and uniform over the time that n requests take at the rate, as in
// load generators that scale exponential intervals to fill a stage.
func (l LoadShape) sendTimes(p *measured.LoadPoint, n int, g *rand.Rand) []float64 {
	list := make([]float64, n)
	if p.Clients > 0 {
		return list
	}
	for i := range list {
		if list[i] = float64(i) / p.Rate; l.Random || p.Random {
			list[i] = g.Float64() * float64(n) / p.Rate
		}
	}
	slices.Sort(list)
	return list
}

// OfPoints returns a load for each point, made as l says.
func OfPoints(points []measured.LoadPoint, l LoadShape) []MeasuredLoad {
	list := make([]MeasuredLoad, len(points))
	for i := range points {
		p := &points[i]
		n, g := l.requestsOf(p), rand.New(rand.NewPCG(uint64(i), 3))
		e := MeasuredLoad{Name: p.Name, LoadText: describeLoad(p), Rate: p.Rate, Clients: p.Clients, Demand: Demand{Cap: cmp.Or(p.Clients, p.InFlight), Requests: make([]TimedRequest, n)}}
		for k, at := range l.sendTimes(p, n, g) {
			dither := evenFraction(k, math.Sqrt(3))
			q := TimedRequest{
				Arrival: at, Input: p.Input.Draw(evenFraction(k, math.Phi), l.Spread, dither), Output: p.Output.Draw(evenFraction(k, math.Sqrt2), l.Spread, dither),
			}
			if p.Groups > 0 {
				q.Content = sharedContent(g.IntN(p.Groups), k, int32(p.Shared), q.Input)
			}
			e.Demand.Requests[k] = q
		}
		if p.Clients > l.Short && l.Short > 0 {
			e.MaxSequences = p.Clients - l.Short
		}
		e.Rows = []MeasuredRow{{To: n, TTFT: p.TTFT, E2E: p.E2E, Throughput: p.Throughput}}
		list[i] = e
	}
	return list
}

// sharedContent returns the content of the k-th prompt, which begins like the others of its group.
func sharedContent(group, k int, shared, input int32) *tokens.Content {
	if shared >= input {
		return &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(group) + 1, Tokens: input}}}
	}
	return &tokens.Content{Prefix: []tokens.Segment{{Content: uint64(group) + 1, Tokens: shared}, {Content: uint64(k) | 1<<63, Tokens: input - shared}}}
}

// describeLoad says in words how high the load of a point is.
func describeLoad(p *measured.LoadPoint) string {
	if p.Clients > 0 {
		return wording.Counted(int64(p.Clients), "client")
	}
	return fmt.Sprintf("%.4g/s", p.Rate)
}

// evenFraction returns the k-th multiple of an irrational number, modulo 1. For k = 0, 1, 2, … the
// results are evenly spread over [0, 1).
func evenFraction(k int, irrational float64) float64 {
	_, part := math.Modf(float64(k) * irrational)
	return part
}
